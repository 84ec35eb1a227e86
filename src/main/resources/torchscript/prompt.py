# A whole prompt in one pass: what step.py does for one token, for all tokens of a prompt, by the same methods of the family.
# T tokens of each sequence; the other letters, state and weights are those of step.py.

def prefill(self, weights: List[Tensor], state: List[Tensor], prompt: List[Tensor], tokens: Tensor, held: int, position: int) -> NoneType:
  # Each token attends to those before it; then eviction down to the window, once, and what is kept goes into the cache.
  # tokens [B, T] int64; prompt: a state of its own with room for T entries; held: entries that stay; position: the
  # next token's position id
  size = torch.size(tokens)
  length = size[1]
  x = self.embed(weights, tokens, prompt[INDICES])
  x = torch.view(x, [size[0] * length, torch.size(x, 2)])
  rows = torch.new_empty(prompt[CACHE], [self.layers * self.readsAttention, size[0], self.heads, length], dtype=6)
  for layer in range(self.layers):
    w = self.embeddings + self.perLayer * layer
    kv = torch.select(prompt[CACHE], 0, layer)
    q = self.attention_input(weights, w, x, prompt[INDICES], kv)
    row = torch.narrow(rows, 0, layer * self.readsAttention, self.readsAttention)
    a = self.attend_prompt(q, torch.select(kv, 0, 0), torch.select(kv, 0, 1), row)
    a = torch.reshape(torch.permute(a, [0, 2, 1, 3]), [size[0] * length, self.width])
    x = self.attention_output(weights, w, x, a)
    x = self.mlp(weights, w, x)
  last = torch.select(torch.view(x, [size[0], length, torch.size(x, 1)]), 1, length - 1)
  self.logits(weights, self.embeddings + self.perLayer * self.layers, last, state[LOGITS])
  torch.argmax(state[LOGITS], 1, False, out=state[TOKEN])
  torch.fill_(state[POSITION], position)
  torch.fill_(state[STEPS], length)
  torch.fill_(prompt[STEPS], length)
  torch.zero_(prompt[SCORES])
  torch.copy_(prompt[ORIGINS], prompt[INDICES])
  self.evict(prompt, rows, 0, length)
  torch.copy_(torch.narrow(state[CACHE], 4, 0, held), torch.narrow(prompt[CACHE], 4, 0, held))
  torch.zero_(state[SCORES])
  torch.copy_(torch.narrow(state[SCORES], 3, 0, held), torch.narrow(prompt[SCORES], 3, 0, held))
  torch.copy_(torch.narrow(state[ORIGINS], 3, 0, held), torch.narrow(prompt[ORIGINS], 3, 0, held))
  if self.readsBack == 1:
    torch.copy_(state[HOST_TOKEN], state[TOKEN])
  return None

def attend_prompt(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor) -> Tensor:
  # each [B, H, T, Dh]; row [1, B, H, T] fp32, if the strategy reads it
  if self.readsAttention == 1:
    length = torch.size(q, 2)
    scaled = torch.matmul(torch.mul(q, self.scale), torch.transpose(k, 2, 3))
    later = torch.triu(torch.ones_like(torch.select(torch.select(scaled, 0, 0), 0, 0)), 1)
    weights = torch.softmax(torch.masked_fill(scaled, torch.gt(later, 0), -3e4), -1)
    if self.accumulates == 1:
      torch.copy_(torch.select(row, 0, 0), torch.sum(weights, [2], False, dtype=6))
    else:
      torch.copy_(torch.select(row, 0, 0), torch.select(weights, 2, length - 1))
    out = torch.matmul(weights, v)
  else:
    out = torch.scaled_dot_product_attention(q, k, v, is_causal=True)
  return out
