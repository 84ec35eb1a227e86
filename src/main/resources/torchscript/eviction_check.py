# What a check of one evicting step writes into a cache, and finds in it.
# cache [L, 2, B, H, C, Dh], pattern [C, Dh], offsets [L, 2, B, H, 1, 1]: an entry is its slot's row plus its head's offset

def fill(self, cache: Tensor, pattern: Tensor, offsets: Tensor, scores: Tensor, levels: Tensor) -> NoneType:
  torch.add(pattern, offsets, alpha=1, out=cache)
  torch.copy_(scores, levels)
  return None

def same(self, entries: Tensor, pattern: Tensor, offset: Tensor, first: int) -> Tensor:
  # entries [2, B, H, n, Dh] -> [2, B, H, n]: whether they are those that were written from slot `first` on
  written = torch.narrow(pattern, 0, first, torch.size(entries, 3))
  return torch.all(torch.eq(entries, torch.add(written, offset)), 4, False)

def held(self, cache: Tensor, pattern: Tensor, offsets: Tensor, slots: Tensor, window: int, out: Tensor) -> NoneType:
  # out [2, L, 2, B, H]: entries before the gap; slots that do not hold theirs, or behind the gap that of the next slot
  for layer in range(torch.size(cache, 0)):
    entries = torch.narrow(torch.select(cache, 0, layer), 3, 0, window)
    offset = torch.select(offsets, 0, layer)
    stays = self.same(entries, pattern, offset, 0)
    before = torch.sum(stays, [3], True)
    wrong = torch.ne(stays, torch.lt(torch.narrow(slots, 0, 0, window), before))
    moved = self.same(torch.narrow(entries, 3, 0, window - 1), pattern, offset, 1)
    behind = torch.ge(torch.narrow(slots, 0, 0, window - 1), before)
    lost = torch.logical_and(behind, torch.logical_not(moved))
    torch.copy_(torch.select(torch.select(out, 0, 0), 0, layer), torch.squeeze(before, 3))
    count = torch.add(torch.sum(wrong, [3], False), torch.sum(lost, [3], False))
    torch.copy_(torch.select(torch.select(out, 0, 1), 0, layer), count)
  return None

def entry(self, cache: Tensor, slot: int) -> Tensor:
  return torch.clone(torch.narrow(cache, 4, slot, 1), memory_format=0)

def clear(self, cache: Tensor) -> NoneType:
  torch.zero_(cache)
  return None
