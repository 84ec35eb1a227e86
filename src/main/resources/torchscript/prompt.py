# A prompt: what step.py does for one token, for all tokens of a prompt, by the same methods of the family. It is taken in
# pieces of `chunk` tokens, one after the other: each token attends to all before it, whichever piece they came with. So what
# is allocated does not grow with the prompt but for the cache, and one row of attention per layer and head where it is read.
# T tokens of each sequence, c of a piece; the other letters, state and weights are those of step.py.

def prefill(self, weights: List[Tensor], state: List[Tensor], prompt: List[Tensor], apart: int, tokens: Tensor, chunk: int,
            held: int, position: int) -> NoneType:
  # Then eviction down to the window, once, by all the prompt's attention; and what is kept goes into the cache.
  # tokens [B, T] int64; prompt: where `apart` is 1 a state of its own with room for T entries, else `state` itself, which has
  # it and of which nothing goes; held: entries that stay; position: the next token's position id
  size = torch.size(tokens)
  length = size[1]
  pieces = torch.floordiv(length + chunk - 1, chunk)
  rows = torch.new_zeros(prompt[CACHE], [self.layers * self.readsAttention, size[0], self.heads, length], dtype=6)
  x = state[LOGITS]
  for piece in range(pieces):
    first = piece * chunk
    x = self.prefill_piece(weights, prompt, torch.narrow(tokens, 1, first, min(chunk, length - first)), rows, first)
  self.logits(weights, self.embeddings + self.perLayer * self.layers, x, state[LOGITS])
  torch.argmax(state[LOGITS], 1, False, out=state[TOKEN])
  torch.fill_(state[POSITION], position)
  torch.fill_(state[STEPS], length)
  torch.fill_(prompt[STEPS], length)
  torch.zero_(prompt[SCORES])
  torch.copy_(prompt[ORIGINS], prompt[INDICES])
  if pieces > 1 and self.scoresPerLayer == 1:
    # layer by layer, since a strategy may make as much of all keys at once as they are themselves
    for layer in range(self.layers):
      row = torch.narrow(rows, 0, layer * self.readsAttention, self.readsAttention)
      self.evict(self.layer_of(prompt, layer), row, 0, length)
  else:
    self.evict(prompt, rows, 0, length)
  if apart == 1:
    torch.copy_(torch.narrow(state[CACHE], 4, 0, held), torch.narrow(prompt[CACHE], 4, 0, held))
    torch.zero_(state[SCORES])
    torch.copy_(torch.narrow(state[SCORES], 3, 0, held), torch.narrow(prompt[SCORES], 3, 0, held))
    torch.copy_(torch.narrow(state[ORIGINS], 3, 0, held), torch.narrow(prompt[ORIGINS], 3, 0, held))
  if self.readsBack == 1:
    torch.copy_(state[HOST_TOKEN], state[TOKEN])
  return None

def prefill_piece(self, weights: List[Tensor], prompt: List[Tensor], tokens: Tensor, rows: Tensor, first: int) -> Tensor:
  # tokens [B, c], of which the first is the prompt's token `first` -> the last one's x [B, D]
  size = torch.size(tokens)
  length = size[1]
  position = torch.narrow(prompt[INDICES], 0, first, length)
  x = self.embed(weights, tokens, position)
  turn = self.turn(weights, position)
  places = self.places(weights, prompt, first + length, 1)
  x = torch.view(x, [size[0] * length, torch.size(x, 2)])
  for layer in range(self.layers):
    w = self.embeddings + self.perLayer * layer
    kv = torch.select(prompt[CACHE], 0, layer)
    q = self.attention_input(weights, w, x, turn, torch.narrow(kv, 3, first, length))
    row = torch.narrow(rows, 0, layer * self.readsAttention, self.readsAttention)
    held = torch.narrow(kv, 3, 0, first + length)
    a = self.attend_piece(q, self.keys(places, layer, torch.select(held, 0, 0)), torch.select(held, 0, 1), row, first)
    a = torch.reshape(torch.permute(a, [0, 2, 1, 3]), [size[0] * length, self.width])
    x = self.attention_output(weights, w, x, a)
    x = self.mlp(weights, w, x)
  return torch.select(torch.view(x, [size[0], length, torch.size(x, 1)]), 1, length - 1)

def attend_piece(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, first: int) -> Tensor:
  # q [B, H, c, Dh] of the tokens from `first` on; k and v [B, Hkv, >= first + c, Dh]; row [1, B, H, T] fp32, if it is read
  size = torch.size(q)
  length = size[2]
  group = torch.floordiv(size[1], torch.size(k, 1))
  if self.readsAttention == 0 and first == 0 and group == 1:
    return torch.scaled_dot_product_attention(q, torch.narrow(k, 2, 0, length), torch.narrow(v, 2, 0, length), is_causal=True)
  # 2^26 elements of one array at most, 256 MB in fp32: of the weights [B, H, some, n], or of the operator's mask [G * some, n]
  wide = (first + length) * group
  if self.readsAttention == 1:
    wide = (first + length) * size[0] * size[1]
  some = max(1, torch.floordiv(67108864, wide))
  if some >= length:
    return self.attend_some(q, k, v, row, first)
  out = torch.empty_like(q)
  for block in range(torch.floordiv(length + some - 1, some)):
    at = block * some
    count = min(some, length - at)
    a = self.attend_some(torch.narrow(q, 2, at, count), k, v, row, first + at)
    torch.copy_(torch.narrow(out, 2, at, count), a)
  return out

def attend_some(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, first: int) -> Tensor:
  # as above; the last of these tokens sees n entries. The queries of a group, G = H / Hkv, lie one below the other,
  # [B, Hkv, G * some, Dh], so that no key is repeated
  size = torch.size(q)
  length = size[2]
  heads = torch.size(k, 1)
  n = first + length
  k = torch.narrow(k, 2, 0, n)
  v = torch.narrow(v, 2, 0, n)
  if self.readsAttention == 1:
    grouped = torch.reshape(torch.mul(q, self.scale), [size[0], heads, -1, size[3]])
    scaled = torch.view(torch.matmul(grouped, torch.transpose(k, 2, 3)), [size[0], size[1], length, n])
    later = torch.triu(torch.ones_like(torch.select(torch.select(scaled, 0, 0), 0, 0)), first + 1)
    weights = torch.softmax(torch.masked_fill_(scaled, torch.gt(later, 0), -3e4), -1)
    got = torch.select(row, 0, 0)
    if self.accumulates == 1:
      torch.add_(torch.narrow(got, 2, 0, n), torch.sum(weights, [2], False, dtype=6))
    if self.accumulates == 0 and n == torch.size(got, 2):
      torch.copy_(got, torch.select(weights, 2, length - 1))
    grouped = torch.reshape(weights, [size[0], heads, -1, n])
    out = torch.view(torch.matmul(grouped, v), size)
  else:
    # the operator's own causal mask begins at the first key, whichever token is the first query
    seen = torch.tril(torch.new_ones(q, [length, n], dtype=11), first)
    group = torch.floordiv(size[1], heads)
    seen = torch.reshape(torch.expand(torch.unsqueeze(seen, 0), [group, length, n]), [group * length, n])
    grouped = torch.reshape(q, [size[0], heads, group * length, size[3]])
    out = torch.reshape(torch.scaled_dot_product_attention(grouped, k, v, attn_mask=seen), size)
  return out

def layer_of(self, state: List[Tensor], layer: int) -> List[Tensor]:
  # the state of one layer, where each layer has its own kept set
  one = annotate(List[Tensor], [])
  for place in range(torch.len(state)):
    torch.append(one, state[place])
  one[CACHE] = torch.narrow(state[CACHE], 0, layer, 1)
  one[SCORES] = torch.narrow(state[SCORES], 0, layer, 1)
  one[ORIGINS] = torch.narrow(state[ORIGINS], 0, layer, 1)
  return one
