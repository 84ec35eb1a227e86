# Attention as one operator; its weights are never seen.
# q [B, H, 1, Dh], k and v [B, H, n, Dh]; copied into the first columns of `out`, one [B, >= H * Dh] or none

def attend(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, out: List[Tensor]) -> Tensor:
  a = torch.scaled_dot_product_attention(q, k, v)
  if torch.len(out) == 1:
    torch.copy_(torch.narrow(out[0], 1, 0, self.width), torch.reshape(a, [torch.size(q, 0), self.width]))
  return a
