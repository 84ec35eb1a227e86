# Attention as one operator; its weights are never seen.
# q [B, H, 1, Dh], k and v [B, H, n, Dh]

def attend(self, q: Tensor, k: Tensor, v: Tensor, rows: List[Tensor]) -> Tensor:
  return torch.scaled_dot_product_attention(q, k, v)
