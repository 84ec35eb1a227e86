# Attention that entries got, summed over steps, and over the layers and heads that share a kept set.

def score(self, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
  # L x [B, H, n] -> [l, B, h, n]
  if self.scoresPerHead == 1:
    torch.add_(torch.narrow(state[SCORES], 3, 0, n), torch.stack(rows))
  else:
    if self.scoresPerLayer == 1:
      row = torch.sum(torch.stack(rows), [2], True, dtype=6)
    else:
      row = torch.sum(torch.stack(rows), [0, 2], True, dtype=6)
    torch.add_(torch.narrow(state[SCORES], 3, 0, n), row)
  return None
