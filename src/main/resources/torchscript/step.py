# One decode step: the order of things, whatever the model's family. A step consumes one token per sequence and writes the
# next one in its place. A prompt is another source, of the same family.
# B sequences, T tokens of each (1 in a step), L layers, H query heads and Hkv key-value heads of width Dh, D = H * Dh,
# V tokens, C cache slots. Each key-value head serves G = H / Hkv query heads, which follow each other.
#
# A family's source defines
#   embed(weights, token, position) -> rows of tokens [.., D]; position ids are [1] in a step, [T] of a prompt
#   turn(weights, position) -> what attention_input needs of the positions, whatever that is: made once for all layers
#   attention_input(weights, w, x, turn, own) -> queries [B, H, T, Dh]; keys and values go to `own`, [2, B, Hkv, T, Dh], keys
#     before they are turned by a position where self.turnsWhenRead is 1
#   attention_row(weights) -> where a step's attention is to be written, [B, >= D]; an empty list if that is all the same
#   attention_output(weights, w, x, a) -> x with the heads' outputs `a` [B * T, D] joined
#   mlp(weights, w, x) -> x with the MLP's output joined
#   logits(weights, w, x, out) -> None; of the last tokens x [B, D] to `out` [B, V]
# with x [B * T, ..] the residual stream, one row per token, and w the place of the layer's first array in weights; for
# logits, of the first behind the layers. It may write into x. Calls cost the host: 0.3 microseconds each.
#
# state     by place: TOKEN [B] int64, POSITION [1] int64, LOGITS [B, V], CACHE [L, 2, B, Hkv, C, Dh],
#           SCORES [l, B, h, C] fp32, INDICES [C] int64 = 0..C-1, HOST_TOKEN [B] int64 on the CPU,
#           STEPS [1] int64, ORIGINS [l, B, h, C] int32: the step that wrote each entry; if nothing is ever evicted
#           neither is written: slots are filled in their order; LENGTH [1] int64, of within.py alone
#
# All of state is preallocated and written in place, so a captured step finds it where it was.

def step(self, weights: List[Tensor], state: List[Tensor], n: int, advance: int) -> NoneType:
  # n: entries held with this step's own, which goes to slot n - 1; advance: added to the position id
  x, turn, places, rows, new = self.open(weights, state, n)
  out = self.attention_row(weights)
  for layer in range(self.layers):
    q, k, v, row = self.before_attention(weights, state, x, turn, places, rows, new, layer, n)
    x = self.after_attention(weights, x, self.attend(q, k, v, row, out), layer)
  self.close(weights, state, x, rows, new, n, advance)
  return None

def open(self, weights: List[Tensor], state: List[Tensor], n: int) -> Tuple[Tensor, Tensor, List[Tensor], Tensor, List[Tensor]]:
  # x [B, D]; what `turn` gives; `places`; where the layers leave the weights of attention if the strategy reads them, side by side
  # so that they are summed in one go, [L, B, H, n] or of no layer; and nothing, see within.py
  x = self.embed(weights, state[TOKEN], state[POSITION])
  turn = self.turn(weights, state[POSITION])
  places = self.places(weights, state, n, self.inOrder)
  rows = torch.new_empty(state[CACHE], [self.layers * self.readsAttention, torch.size(x, 0), self.heads, n])
  return (x, turn, places, rows, annotate(List[Tensor], []))

def before_attention(self, weights: List[Tensor], state: List[Tensor], x: Tensor, turn: Tensor, places: List[Tensor], rows: Tensor,
    new: List[Tensor], layer: int, n: int) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  # queries [B, H, 1, Dh], keys and values held [B, Hkv, n, Dh], and the layer's part of rows
  q = self.attention_input(weights, self.embeddings + self.perLayer * layer, x, turn, self.own(state, new, layer, n))
  return self.held(state, q, places, rows, new, layer, n)

def own(self, state: List[Tensor], new: List[Tensor], layer: int, n: int) -> Tensor:
  # where the layer's new keys and values go, [2, B, Hkv, 1, Dh]
  if torch.len(new) == 0:
    return torch.narrow(torch.select(state[CACHE], 0, layer), 3, n - 1, 1)
  return torch.select(new[1], 0, layer)

def held(self, state: List[Tensor], q: Tensor, places: List[Tensor], rows: Tensor, new: List[Tensor], layer: int,
    n: int) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  kv = torch.select(state[CACHE], 0, layer)
  if torch.len(new) > 0:
    torch.index_copy_(kv, 3, new[0], torch.select(new[1], 0, layer))
  held = torch.narrow(kv, 3, 0, n)
  row = torch.narrow(rows, 0, layer * self.readsAttention, self.readsAttention)
  return (q, self.keys(places, layer, torch.select(held, 0, 0)), torch.select(held, 0, 1), row)

def after_attention(self, weights: List[Tensor], x: Tensor, a: Tensor, layer: int) -> Tensor:
  # a [B, H, 1, Dh] is [B, H * Dh] in memory order
  w = self.embeddings + self.perLayer * layer
  x = self.attention_output(weights, w, x, torch.reshape(a, [torch.size(x, 0), self.width]))
  return self.mlp(weights, w, x)

def close(self, weights: List[Tensor], state: List[Tensor], x: Tensor, rows: Tensor, new: List[Tensor], n: int,
    advance: int) -> NoneType:
  self.next_token(weights, state, x, advance)
  self.end(state, rows, new, n)
  return None

def end(self, state: List[Tensor], rows: Tensor, new: List[Tensor], n: int) -> NoneType:
  # the strategy's part, and the token to the host
  if self.evicts == 1:
    if torch.len(new) == 0:
      self.end_step(state, rows, n)
    else:
      self.append_within(state, rows, new[1], new[0], n)
  if self.readsBack == 1:
    torch.copy_(state[HOST_TOKEN], state[TOKEN])
  return None

def next_token(self, weights: List[Tensor], state: List[Tensor], x: Tensor, advance: int) -> NoneType:
  # of the last layer's rows x [B, D]
  self.logits(weights, self.embeddings + self.perLayer * self.layers, x, state[LOGITS])
  self.choose_token(state, advance)
  return None

def choose_token(self, state: List[Tensor], advance: int) -> NoneType:
  torch.argmax(state[LOGITS], 1, False, out=state[TOKEN])
  torch.add_(state[POSITION], advance)
  return None

def reset(self, state: List[Tensor]) -> NoneType:
  # Starts over: the host token is fed at position 0, scores are forgotten.
  torch.copy_(state[TOKEN], state[HOST_TOKEN])
  torch.zero_(state[POSITION])
  torch.zero_(state[SCORES])
  torch.zero_(state[STEPS])
  torch.copy_(state[ORIGINS], state[INDICES])
  return None

def force(self, state: List[Tensor]) -> NoneType:
  # Feeds the host token instead of the one that the last step produced.
  torch.copy_(state[TOKEN], state[HOST_TOKEN])
  return None
