# What strategies share. An index of kept entries is [l, B, h, kept], ascending, with l and h as in scores.

def drop_lowest(self, candidates: Tensor, slots: Tensor, drop: int) -> Tensor:
  # candidates [l, B, h, m] -> the m - drop best, ascending; among equals the oldest is dropped first
  kept = torch.size(candidates, 3) - drop
  if drop == 1:
    lowest = torch.argmin(candidates, 3, True)
    first = torch.narrow(slots, 0, 0, kept)
    # one gap: everything from the dropped entry on moves up by one
    index = torch.add(first, torch.to(torch.ge(first, lowest), 4))
  else:
    order = torch.argsort(candidates, stable=True, dim=3, descending=False)
    index, _ = torch.sort(torch.narrow(order, 3, drop, kept), 3, False)
  return index

def append_recent(self, kept: Tensor, slots: Tensor, recent: int, n: int) -> Tensor:
  last = torch.narrow(slots, 0, n - recent, recent)
  size = torch.size(kept)
  return torch.cat([kept, torch.expand(last, [size[0], size[1], size[2], recent])], 3)

def compact(self, cache: Tensor, scores: Tensor, keep: Tensor, n: int) -> NoneType:
  # Moves the kept entries' keys, values and scores to the front; forgets the other scores.
  kept = torch.size(keep, 3)
  size = torch.size(cache)
  if torch.numel(keep) == kept:
    moved = torch.index_select(cache, 4, torch.reshape(keep, [kept]))
  else:
    index = torch.unsqueeze(torch.unsqueeze(keep, 1), 5)
    index = torch.expand(index, [size[0], 2, size[2], size[3], kept, size[5]])
    moved = torch.gather(cache, 4, index)
  torch.copy_(torch.narrow(cache, 4, 0, kept), moved)
  torch.copy_(torch.narrow(scores, 3, 0, kept), torch.gather(scores, 3, keep))
  torch.zero_(torch.narrow(scores, 3, kept, n - kept))
  return None
