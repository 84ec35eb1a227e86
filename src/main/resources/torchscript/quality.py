# How well a step's logits predict the token that follows, beside what the full cache predicted there.
#
# logits [B, V]; reference [n, B, V], the full cache's logits of n steps; tokens [B, T + 1] int64, the text;
# out [3, B, T] fp64: negative log-likelihood in nats, KL(full || logits) in nats, 1 where both choose one token

def keep(self, logits: Tensor, reference: Tensor, r: int) -> NoneType:
  torch.copy_(torch.select(reference, 0, r), logits)
  return None

def score(self, logits: Tensor, reference: Tensor, r: int, tokens: Tensor, out: Tensor, t: int) -> NoneType:
  # r: which of the reference's steps; t: the step, whose logits predict token t + 1
  full = torch.select(reference, 0, r)
  q = torch.log_softmax(logits, 1, dtype=7)
  p = torch.log_softmax(full, 1, dtype=7)
  target = torch.narrow(tokens, 1, t + 1, 1)
  column = torch.select(out, 2, t)
  torch.copy_(torch.select(column, 0, 0), torch.neg(torch.squeeze(torch.gather(q, 1, target), 1)))
  torch.copy_(torch.select(column, 0, 1), torch.sum(torch.mul(torch.exp(p), torch.sub(p, q)), [1]))
  torch.copy_(torch.select(column, 0, 2), torch.eq(torch.argmax(logits, 1), torch.argmax(full, 1)))
  return None
