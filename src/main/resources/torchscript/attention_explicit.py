# Attention by its definition, which leaves the weights in `row` [1, B, H, n], if the strategy scores with them.
# q [B, H, 1, Dh], k and v [B, Hkv, n, Dh]; to [B * Hkv, G, Dh], or into the first columns of `out`, one [B, >= H * Dh] or none.
# The G query heads of a key-value head are rows of one product

def attend(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, out: List[Tensor]) -> Tensor:
  size = torch.size(k)
  if self.halves == 1 and size[2] > 512 and size[2] % 8 > 0:
    return self.attend_aligned(q, k, v, row, out)
  # q stands for nothing: what is multiplied by beta = 0 is ignored
  return self.attend_rows(q, k, v, row, torch.narrow(torch.reshape(q, [-1, self.group, size[3]]), 2, 0, 1), 0, out)

def attend_rows(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, more: Tensor, beta: int, out: List[Tensor]) -> Tensor:
  # beta * more is added to what softmax takes
  size = torch.size(k)
  pairs = size[0] * size[1]
  flat = [pairs, size[2], size[3]]
  q = torch.reshape(q, [pairs, self.group, size[3]])
  scaled = torch.baddbmm(more, q, torch.transpose(torch.view(k, flat), 1, 2), beta=beta, alpha=self.scale)
  if self.readsAttention == 1:
    row = torch._softmax(scaled, -1, False, out=torch.view(row, [pairs, self.group, size[2]]))
  else:
    row = torch.softmax(scaled, -1)
  if torch.len(out) == 1:
    heads = torch.view(torch.narrow(out[0], 1, 0, self.width), [pairs, self.group, size[3]])
    return torch.bmm(row, torch.view(v, flat), out=heads)
  return torch.bmm(row, torch.view(v, flat))

def attend_aligned(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, out: List[Tensor]) -> Tensor:
  # the same where rows of n weights of 16 bits would not be multiples of 16 bytes: products of such rows take up to eight times as
  # long on a GPU. Rows are longer here, weights behind n are zero, and the last entries are multiplied apart
  size = torch.size(k)
  n = size[2]
  whole = n - n % 8
  pairs = size[0] * size[1]
  flat = [pairs, n, size[3]]
  q = torch.reshape(q, [pairs, self.group, size[3]])
  k = torch.transpose(torch.view(k, flat), 1, 2)
  v = torch.view(v, flat)
  scaled = torch.new_full(q, [pairs, self.group, whole + 8], -3e4)
  for part in range(2):
    first = part * whole
    some = whole + part * (n - whole - whole)
    torch.baddbmm(torch.narrow(q, 2, 0, 1), q, torch.narrow(k, 2, first, some), beta=0, alpha=self.scale,
      out=torch.narrow(scaled, 2, first, some))
  weights = torch.softmax(scaled, -1)
  if self.readsAttention == 1:
    torch.copy_(torch.view(row, [pairs, self.group, n]), torch.narrow(weights, 2, 0, n))
  a = torch.bmm(torch.narrow(weights, 2, 0, whole), torch.narrow(v, 1, 0, whole))
  a = torch.baddbmm(a, torch.narrow(weights, 2, whole, n - whole), torch.narrow(v, 1, whole, n - whole))
  if torch.len(out) == 1:
    torch.copy_(torch.view(torch.narrow(out[0], 1, 0, self.width), [pairs, self.group, size[3]]), a)
  return a

def attend_within(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, mask: Tensor, out: List[Tensor]) -> Tensor:
  # as above with mask [1, n], 0 or so low that no weight is left
  return self.attend_rows(q, k, v, row, torch.unsqueeze(mask, 0), 1, out)
