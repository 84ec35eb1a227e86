# Attention by its definition, which leaves the weights in `row` [1, B, H, n], if the strategy scores with them.
# q [B, H, 1, Dh], k and v [B, Hkv, n, Dh]; to [B * Hkv, G, Dh], or into the first columns of `out`, one [B, >= H * Dh] or none.
# The G query heads of a key-value head are rows of one product

def attend(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, out: List[Tensor]) -> Tensor:
  size = torch.size(k)
  pairs = size[0] * size[1]
  flat = [pairs, size[2], size[3]]
  q = torch.reshape(q, [pairs, self.group, size[3]])
  # the empty first argument is multiplied by beta = 0, that is, ignored
  scaled = torch.baddbmm(torch.narrow(q, 2, 0, 1), q, torch.transpose(torch.view(k, flat), 1, 2), beta=0, alpha=self.scale)
  if self.readsAttention == 1:
    row = torch._softmax(scaled, -1, False, out=torch.view(row, [pairs, self.group, size[2]]))
  else:
    row = torch.softmax(scaled, -1)
  if torch.len(out) == 1:
    heads = torch.view(torch.narrow(out[0], 1, 0, self.width), [pairs, self.group, size[3]])
    return torch.bmm(row, torch.view(v, flat), out=heads)
  return torch.bmm(row, torch.view(v, flat))

def attend_within(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, mask: Tensor, out: List[Tensor]) -> Tensor:
  # as above with mask [1, n], 0 or so low that no weight is left; q [B, H, 1, Dh] of G = H / Hkv for each head of k and v
  size = torch.size(k)
  pairs = size[0] * size[1]
  group = torch.floordiv(torch.size(q, 1), size[1])
  flat = [pairs, size[2], size[3]]
  q = torch.reshape(q, [pairs, group, size[3]])
  scaled = torch.baddbmm(torch.unsqueeze(mask, 0), q, torch.transpose(torch.view(k, flat), 1, 2), beta=1, alpha=self.scale)
  if self.readsAttention == 1:
    row = torch._softmax(scaled, -1, False, out=torch.view(row, [pairs, group, size[2]]))
  else:
    row = torch.softmax(scaled, -1)
  if torch.len(out) == 1:
    heads = torch.view(torch.narrow(out[0], 1, 0, self.width), [pairs, group, size[3]])
    return torch.bmm(row, torch.view(v, flat), out=heads)
  return torch.bmm(row, torch.view(v, flat))
