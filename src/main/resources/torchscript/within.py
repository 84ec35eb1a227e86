# A step of step.py for a whole range of cache lengths, so that one capture serves them all: the host knows a bound, the
# device the length. Slots behind those held are masked; the step's own entry goes where the device says. It only appends:
# a step that evicts holds as many entries as ever, and is captured by itself.
# LENGTH [1] int64 of state: entries held with the step's own; S = 1, the slot of that entry.

def step_within(self, weights: List[Tensor], state: List[Tensor], bound: int, advance: int, grow: int) -> NoneType:
  # bound: at least the entries held with the step's own; grow: how many more these are than in the last such step, 0 or 1
  x, turn, places, rows, new = self.open_within(weights, state, bound, grow)
  # [1, bound], added to what softmax takes: low enough that nothing is left of it
  mask = torch.unsqueeze(torch.masked_fill(torch.new_zeros(state[CACHE], [bound]), new[2], -3e4), 0)
  out = self.attention_row(weights)
  for layer in range(self.layers):
    q, k, v, row = self.before_attention(weights, state, x, turn, places, rows, new, layer, bound)
    x = self.after_attention(weights, x, self.attend_within(q, k, v, row, mask, out), layer)
  self.close(weights, state, x, rows, new, bound, advance)
  return None

def open_within(self, weights: List[Tensor], state: List[Tensor], bound: int,
    grow: int) -> Tuple[Tensor, Tensor, List[Tensor], Tensor, List[Tensor]]:
  # as `open`; last the slot of the new entry [1], room for the layers' new entries [L, 2, B, Hkv, 1, Dh], and of each slot whether
  # it lies behind those held [bound]
  size = torch.size(state[CACHE])
  torch.add_(state[LENGTH], grow)
  slot = torch.sub(state[LENGTH], 1)
  behind = torch.ge(torch.narrow(state[INDICES], 0, 0, bound), state[LENGTH])
  x = self.embed(weights, state[TOKEN], state[POSITION])
  turn = self.turn(weights, state[POSITION])
  places = self.places_within(weights, state, slot, behind)
  rows = torch.new_empty(state[CACHE], [self.layers * self.readsAttention, torch.size(x, 0), self.heads, bound])
  own = torch.new_empty(state[CACHE], [size[0], 2, size[2], size[3], 1, size[5]])
  return (x, turn, places, rows, [slot, own, behind])

def append_within(self, state: List[Tensor], rows: Tensor, own: Tensor, slot: Tensor, bound: int) -> NoneType:
  # what a step does at its end that evicts nothing; rows are 0 behind what is held, as scores are
  scores = state[SCORES]
  size = torch.size(scores)
  shape = [size[0], size[1], size[2], 1]
  origin = torch.expand(torch.view(torch.to(state[STEPS], 3), [1, 1, 1, 1]), shape)
  torch.index_copy_(state[ORIGINS], 3, slot, origin)
  torch.add_(state[STEPS], 1)
  if self.scoresAtWrite == 1:
    # by its keys and values alone, so as if it were the only entry: own [L, 2, B, Hkv, S, Dh]
    one = annotate(List[Tensor], [])
    for place in range(torch.len(state)):
      torch.append(one, state[place])
    one[CACHE] = own
    one[ORIGINS] = origin
    one[SCORES] = torch.new_zeros(scores, shape)
    self.score(one, rows, 0, 1)
    torch.index_copy_(scores, 3, slot, one[SCORES])
  else:
    if self.scored == 1 and self.scoresAtEviction == 0:
      self.score(state, rows, bound - 1, bound)
  return None

def hold(self, state: List[Tensor], length: int) -> NoneType:
  # what the device takes the length to be, before a step within a range adds to it
  torch.fill_(state[LENGTH], length)
  return None
