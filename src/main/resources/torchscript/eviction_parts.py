# What an evicting step does at its end, part by part, each after those before it; `end_step` does all of it.

def only_score(self, state: List[Tensor], rows: Tensor, n: int) -> NoneType:
  self.count(state, n)
  self.score(state, rows, n - 1, n)
  return None

def score_and_choose(self, state: List[Tensor], rows: Tensor, n: int) -> Tensor:
  # returned, so that it counts as needed
  self.only_score(state, rows, n)
  return self.choose(state, n)
