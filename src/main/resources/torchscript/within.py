# A step of step.py for a whole range of cache lengths, so that one capture serves them all: the host knows a bound, the
# device the length. Slots behind those held are masked; the step's own entry goes where the device says. It only appends:
# a step that evicts holds as many entries as ever, and is captured by itself.
# LENGTH [1] int64 of state: entries held with the step's own; S = 1, the slot of that entry.

def step_within(self, weights: List[Tensor], state: List[Tensor], bound: int, advance: int, grow: int) -> NoneType:
  # bound: at least the entries held with the step's own; grow: how many more these are than in the last such step, 0 or 1
  token = state[TOKEN]
  position = state[POSITION]
  cache = state[CACHE]
  size = torch.size(cache)
  batch = size[2]
  torch.add_(state[LENGTH], grow)
  slot = torch.sub(state[LENGTH], 1)
  # [1, bound], added to what softmax takes: low enough that nothing is left of it
  behind = torch.ge(torch.narrow(state[INDICES], 0, 0, bound), state[LENGTH])
  mask = torch.unsqueeze(torch.masked_fill(torch.new_zeros(cache, [bound]), behind, -3e4), 0)
  x = self.embed(weights, token, position)
  turn = self.turn(weights, position)
  places = self.places_within(weights, state, slot, behind)
  rows = torch.new_empty(cache, [self.layers * self.readsAttention, batch, self.heads, bound])
  own = torch.new_empty(cache, [size[0], 2, batch, size[3], 1, size[5]])
  out = self.attention_row(weights)
  for layer in range(self.layers):
    w = self.embeddings + self.perLayer * layer
    kv = torch.select(cache, 0, layer)
    new = torch.select(own, 0, layer)
    q = self.attention_input(weights, w, x, turn, new)
    torch.index_copy_(kv, 3, slot, new)
    held = torch.narrow(kv, 3, 0, bound)
    row = torch.narrow(rows, 0, layer * self.readsAttention, self.readsAttention)
    a = self.attend_within(q, self.keys(places, layer, torch.select(held, 0, 0)), torch.select(held, 0, 1), row, mask, out)
    x = self.attention_output(weights, w, x, torch.reshape(a, [batch, self.width]))
    x = self.mlp(weights, w, x)
  self.next_token(weights, state, x, advance)
  if self.evicts == 1:
    self.append_within(state, rows, own, slot, bound)
  if self.readsBack == 1:
    torch.copy_(state[HOST_TOKEN], token)
  return None

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
