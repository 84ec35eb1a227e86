# Keys are cached before they are turned by a position, and turned whenever they are read: by their place among those held,
# oldest first, which changes as others go. A family that turns keys defines
#   turns(weights, position) -> cosines and sines of T positions, [2, T, 1, Dh]
#   turned(x, turn) -> x [.., Dh] turned by them, of shapes that fit

def places(self, weights: List[Tensor], state: List[Tensor], n: int, inOrder: int) -> List[Tensor]:
  # how the keys of n slots turn, made once for all layers: [2, n, Dh] where slots lie in the order of age, [2, B, 1, n, Dh]
  # where all layers keep the same; otherwise the first of these and each slot's place, [L, B, h, n]
  if inOrder == 0:
    # the step's own entry is the youngest, as `count` writes once more
    torch.copy_(torch.narrow(state[ORIGINS], 3, n - 1, 1), state[STEPS])
  return self.by_age(weights, state, torch.narrow(state[ORIGINS], 3, 0, n), n, inOrder)

def places_within(self, weights: List[Tensor], state: List[Tensor], slot: Tensor, behind: Tensor) -> List[Tensor]:
  # of a step of within.py: as many slots as `behind` has, which says of each whether it lies behind those held
  n = torch.size(behind, 0)
  origins = torch.narrow(state[ORIGINS], 3, 0, n)
  if self.inOrder == 0:
    size = torch.size(origins)
    own = torch.expand(torch.view(torch.to(state[STEPS], 3), [1, 1, 1, 1]), [size[0], size[1], size[2], 1])
    torch.index_copy_(state[ORIGINS], 3, slot, own)
    # 2^30 comes behind every origin
    origins = torch.add(origins, torch.to(behind, 3), alpha=1073741824)
  return self.by_age(weights, state, origins, n, self.inOrder)

def by_age(self, weights: List[Tensor], state: List[Tensor], origins: Tensor, n: int, inOrder: int) -> List[Tensor]:
  turns = torch.squeeze(self.turns(weights, torch.narrow(state[INDICES], 0, 0, n)), 2)
  all = annotate(List[Tensor], [])
  if inOrder == 1:
    torch.append(all, turns)
  else:
    order = torch.argsort(origins, stable=True, dim=3, descending=False)
    place = torch.argsort(order, stable=True, dim=3, descending=False)
    if torch.size(place, 0) == 1:
      torch.append(all, self.of_places(turns, torch.select(place, 0, 0)))
    else:
      torch.append(all, turns)
      torch.append(all, place)
  return all

def of_places(self, turns: Tensor, place: Tensor) -> Tensor:
  # place [B, h, n] -> [2, B, h, n, Dh]
  size = torch.size(place)
  some = torch.index_select(turns, 1, torch.reshape(place, [-1]))
  return torch.view(some, [2, size[0], size[1], size[2], torch.size(turns, 2)])

def keys(self, places: List[Tensor], layer: int, k: Tensor) -> Tensor:
  # k [B, Hkv, n, Dh]
  turn = places[0]
  if torch.len(places) == 2:
    turn = self.of_places(turn, torch.select(places[1], 0, layer))
  return self.turned(k, turn)
