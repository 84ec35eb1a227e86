# Attention that entries got, summed over steps, and over the layers and heads that share a kept set.

def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
  # [L, B, H, n] -> [l, B, h, n]
  if self.scoresPerHead == 1:
    torch.add_(torch.narrow(state[SCORES], 3, 0, n), rows)
  else:
    if self.scoresPerLayer == 1:
      row = torch.sum(rows, [2], True, dtype=6)
    else:
      row = torch.sum(rows, [0, 2], True, dtype=6)
    torch.add_(torch.narrow(state[SCORES], 3, 0, n), row)
  return None
