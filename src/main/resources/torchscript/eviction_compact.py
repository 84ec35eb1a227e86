# Removal by compaction: what stays moves to the front, so that the first entries of the cache are those held, oldest first.
# An index of kept entries is [l, B, h, kept], ascending, with l and h as in scores.

def choose(self, state: List[Tensor], n: int) -> Tensor:
  # the slots that stay; [1, 1, 1, window] where they are the same for all
  slots = state[INDICES]
  if self.scored == 1:
    candidates = torch.narrow(state[SCORES], 3, self.front, n - self.front - self.back)
    keep = self.with_protected(self.drop_lowest(candidates, slots, n - self.window), slots, n)
  else:
    # the oldest that are not protected go
    recent = self.window - self.front
    keep = torch.narrow(slots, 0, n - recent, recent)
    if self.front > 0:
      keep = torch.cat([torch.narrow(slots, 0, 0, self.front), keep])
    keep = torch.reshape(keep, [1, 1, 1, self.window])
  return keep

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

def with_protected(self, kept: Tensor, slots: Tensor, n: int) -> Tensor:
  # kept, counted from the first that is not protected -> all that stay
  size = torch.size(kept)
  index = kept
  if self.front > 0:
    front = torch.expand(torch.narrow(slots, 0, 0, self.front), [size[0], size[1], size[2], self.front])
    index = torch.cat([front, torch.add(kept, self.front)], 3)
  if self.back > 0:
    back = torch.narrow(slots, 0, n - self.back, self.back)
    index = torch.cat([index, torch.expand(back, [size[0], size[1], size[2], self.back])], 3)
  return index

def remove(self, state: List[Tensor], keep: Tensor, n: int) -> NoneType:
  # moves the entries that stay to the front, forgets the scores of the others
  cache = state[CACHE]
  origins = state[ORIGINS]
  kept = torch.size(keep, 3)
  size = torch.size(cache)
  if torch.numel(keep) == kept:
    same = torch.reshape(keep, [kept])
    torch.copy_(torch.narrow(cache, 4, 0, kept), torch.index_select(cache, 4, same))
    torch.copy_(torch.narrow(origins, 3, 0, kept), torch.index_select(origins, 3, same))
  else:
    index = torch.unsqueeze(torch.unsqueeze(keep, 1), 5)
    index = torch.expand(index, [size[0], 2, size[2], size[3], kept, size[5]])
    torch.copy_(torch.narrow(cache, 4, 0, kept), torch.gather(cache, 4, index))
    torch.copy_(torch.narrow(origins, 3, 0, kept), torch.gather(origins, 3, keep))
  if self.scored == 1:
    scores = state[SCORES]
    torch.copy_(torch.narrow(scores, 3, 0, kept), torch.gather(scores, 3, keep))
    torch.zero_(torch.narrow(scores, 3, kept, n - kept))
  return None
