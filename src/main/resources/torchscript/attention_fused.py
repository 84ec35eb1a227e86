# Attention as one operator; its weights are never seen.
# q [B, H, 1, Dh], k and v [B, H, n, Dh]; copied into `out` [B, >= H * Dh] where biases are columns

def attend(self, q: Tensor, k: Tensor, v: Tensor, rows: List[Tensor], out: Tensor) -> Tensor:
  a = torch.scaled_dot_product_attention(q, k, v)
  if self.biasColumn == 1:
    torch.copy_(torch.narrow(out, 1, 0, self.width), torch.reshape(a, [torch.size(q, 0), self.width]))
  return a
