package dev.kvbench.quality;

/**
 * How well a model predicted sequences, step by step. Step t has been fed tokens 0 to t and predicts token t + 1.
 *
 * @param nll [S][T] negative log-likelihood of the token that follows, nats
 * @param kl [S][T] KL divergence of the prediction from the full cache's, KL(full || this), nats
 * @param agreement [S][T] 1 where the most likely token is the full cache's, else 0
 */
record TokenScores(double[][] nll, double[][] kl, double[][] agreement) {

    TokenScores(int sequences) {
        this(new double[sequences][], new double[sequences][], new double[sequences][]);
    }

    /** Takes over sequences of a batch: {@code values} is [3, batch, steps] row-major, rows beyond the last sequence padding. */
    void put(int first, int batch, int steps, double[] values) {
        double[][][] metrics = {nll, kl, agreement};
        for (int metric = 0; metric < metrics.length; metric++) {
            for (int row = 0; row < batch && first + row < nll.length; row++) {
                metrics[metric][first + row] = new double[steps];
                System.arraycopy(values, (metric * batch + row) * steps, metrics[metric][first + row], 0, steps);
            }
        }
    }
}
