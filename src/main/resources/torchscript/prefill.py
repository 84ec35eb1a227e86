# A whole prompt in one pass: T tokens per sequence, each attending to those before it; then eviction down to the
# window, once, and what is kept goes into the cache.

def prefill(self, weights: List[Tensor], state: List[Tensor], prompt: List[Tensor], tokens: Tensor, held: int, position: int) -> NoneType:
  # tokens [B, T] int64; prompt: a state of its own with room for T entries; held: entries that stay; position: the
  # next token's position id
  size = torch.size(tokens)
  length = size[1]
  x = torch.add(torch.embedding(weights[0], tokens), torch.embedding(weights[1], prompt[5]))
  rows = annotate(List[Tensor], [])
  for layer in range(self.layers):
    w = 2 + 12 * layer
    h = torch.layer_norm(x, [self.width], weights[w], weights[w + 1], self.epsilon)
    # [B, T, 3D] -> [3, B, H, T, Dh]
    qkv = torch.view(torch.linear(h, weights[w + 2], weights[w + 3]), [size[0], length, 3, self.heads, self.headDim])
    qkv = torch.permute(qkv, [2, 0, 3, 1, 4])
    torch.copy_(torch.select(prompt[3], 0, layer), torch.narrow(qkv, 0, 1, 2))
    a = self.attend_prompt(torch.select(qkv, 0, 0), torch.select(qkv, 0, 1), torch.select(qkv, 0, 2), rows)
    a = torch.reshape(torch.permute(a, [0, 2, 1, 3]), [size[0], length, self.width])
    # a matrix may end in its bias: see the step
    x = torch.add(x, torch.linear(a, torch.narrow(weights[w + 4], 1, 0, self.width), weights[w + 5]))
    h = torch.layer_norm(x, [self.width], weights[w + 6], weights[w + 7], self.epsilon)
    h = self.activate(torch.linear(h, weights[w + 8], weights[w + 9]))
    x = torch.add(x, torch.linear(h, torch.narrow(weights[w + 10], 1, 0, torch.size(h, 2)), weights[w + 11]))
  last = 2 + 12 * self.layers
  x = torch.layer_norm(torch.select(x, 1, length - 1), [self.width], weights[last], weights[last + 1], self.epsilon)
  torch.copy_(state[2], torch.mm(x, torch.t(weights[0])))
  torch.argmax(state[2], 1, False, out=state[0])
  torch.fill_(state[1], position)
  torch.fill_(state[7], length)
  torch.fill_(prompt[7], length)
  torch.zero_(prompt[4])
  if self.traced == 1:
    torch.copy_(prompt[8], prompt[5])
  self.evict(prompt, rows, 0, length)
  torch.copy_(torch.narrow(state[3], 4, 0, held), torch.narrow(prompt[3], 4, 0, held))
  torch.zero_(state[4])
  torch.copy_(torch.narrow(state[4], 3, 0, held), torch.narrow(prompt[4], 3, 0, held))
  if self.traced == 1:
    torch.copy_(torch.narrow(state[8], 3, 0, held), torch.narrow(prompt[8], 3, 0, held))
  if self.readsBack == 1:
    torch.copy_(state[6], state[0])
  return None

def attend_prompt(self, q: Tensor, k: Tensor, v: Tensor, rows: List[Tensor]) -> Tensor:
  # each [B, H, T, Dh]
  if self.readsAttention == 1:
    length = torch.size(q, 2)
    scaled = torch.matmul(torch.mul(q, self.scale), torch.transpose(k, 2, 3))
    later = torch.triu(torch.ones_like(torch.select(torch.select(scaled, 0, 0), 0, 0)), 1)
    weights = torch.softmax(torch.masked_fill(scaled, torch.gt(later, 0), -3e4), -1)
    if self.accumulates == 1:
      torch.append(rows, torch.sum(weights, [2], False, dtype=6))
    else:
      torch.append(rows, torch.select(weights, 2, length - 1))
    out = torch.matmul(weights, v)
  else:
    out = torch.scaled_dot_product_attention(q, k, v, is_causal=True)
  return out
