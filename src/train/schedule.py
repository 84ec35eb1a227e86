"""The learning rate follows the time that the training may take, not a number of steps."""

import math
import time


class Budget:
    def __init__(self, seconds, steps=None, warm_up=0.02, least=0.02):
        self.seconds, self.steps = seconds, steps
        self.warm_up, self.least = warm_up, least
        self.done = 0
        self.start = time.perf_counter()

    def elapsed(self):
        return time.perf_counter() - self.start

    def share(self):
        """0 at the beginning, 1 when time or steps are used up."""
        by_steps = self.done / self.steps if self.steps else 0
        return min(1.0, max(by_steps, self.elapsed() / self.seconds))

    def factor(self):
        """Of the peak learning rate: linear warm-up, then cosine down to the least."""
        share = self.share()
        if share < self.warm_up:
            return max(share / self.warm_up, 0.01)
        angle = math.pi * (share - self.warm_up) / (1 - self.warm_up)
        return self.least + (1 - self.least) * (1 + math.cos(angle)) / 2
