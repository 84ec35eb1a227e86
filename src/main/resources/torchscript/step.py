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
  token = state[TOKEN]
  position = state[POSITION]
  cache = state[CACHE]
  batch = torch.size(token, 0)
  x = self.embed(weights, token, position)
  turn = self.turn(weights, position)
  places = self.places(weights, state, n, self.inOrder)
  # weights of attention as the layers leave them, if the strategy reads them: side by side, so that they are summed in one go
  rows = torch.new_empty(cache, [self.layers * self.readsAttention, batch, self.heads, n])
  out = self.attention_row(weights)
  for layer in range(self.layers):
    w = self.embeddings + self.perLayer * layer
    kv = torch.select(cache, 0, layer)
    q = self.attention_input(weights, w, x, turn, torch.narrow(kv, 3, n - 1, 1))
    held = torch.narrow(kv, 3, 0, n)
    row = torch.narrow(rows, 0, layer * self.readsAttention, self.readsAttention)
    a = self.attend(q, self.keys(places, layer, torch.select(held, 0, 0)), torch.select(held, 0, 1), row, out)
    # [B, H, 1, Dh] is [B, D] in memory order
    x = self.attention_output(weights, w, x, torch.reshape(a, [batch, self.width]))
    x = self.mlp(weights, w, x)
  self.next_token(weights, state, x, advance)
  if self.evicts == 1:
    self.end_step(state, rows, n)
  if self.readsBack == 1:
    torch.copy_(state[HOST_TOKEN], token)
  return None

def next_token(self, weights: List[Tensor], state: List[Tensor], x: Tensor, advance: int) -> NoneType:
  # of the last layer's rows x [B, D]
  self.logits(weights, self.embeddings + self.perLayer * self.layers, x, state[LOGITS])
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
