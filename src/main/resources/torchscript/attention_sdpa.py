# Attention as one operator; its weights are never seen.
# q [B, H, 1, Dh], k and v [B, Hkv, n, Dh]; copied into the first columns of `out`, one [B, >= H * Dh] or none. On a CPU
# the G query heads of a key-value head go as so many tokens of it, [B, Hkv, G, Dh], since all attend to the same entries: the operator
# would repeat keys there. On a GPU its kernels know groups, and cut long caches into pieces, which of so many tokens they do not

def attend(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, out: List[Tensor]) -> Tensor:
  if self.group > 1 and self.onGpu == 1:
    a = torch.scaled_dot_product_attention(q, k, v, enable_gqa=True)
  else:
    if self.group > 1:
      q = torch.reshape(q, [torch.size(k, 0), self.keyValueHeads, self.group, self.headDim])
    a = torch.scaled_dot_product_attention(q, k, v)
  if torch.len(out) == 1:
    torch.copy_(torch.narrow(out[0], 1, 0, self.width), torch.reshape(a, [torch.size(q, 0), self.width]))
  return a

def attend_within(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, mask: Tensor, out: List[Tensor]) -> Tensor:
  # as above with mask [1, n]; q [B, H, 1, Dh] of G = H / Hkv for each head of k and v, which attend to the same entries
  size = torch.size(k)
  q = torch.reshape(q, [size[0], size[1], torch.floordiv(torch.size(q, 1), size[1]), size[3]])
  a = torch.scaled_dot_product_attention(q, k, v, attn_mask=mask)
  if torch.len(out) == 1:
    torch.copy_(torch.narrow(out[0], 1, 0, self.width), torch.reshape(a, [size[0], self.width]))
  return a
