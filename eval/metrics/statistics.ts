/** The mean of each column, without what is not a number. */
export function meanOfColumns(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map(
    (_, column) => mean(rows.map((row) => row[column] ?? Number.NaN)) ?? Number.NaN,
  );
}

/** The mean of the values that are numbers; undefined when there is none. */
export function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(
    (value): value is number => value !== undefined && !Number.isNaN(value),
  );
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0) / known.length;
}

/** The covariance of the columns, with n − 1 in the denominator. */
export function covariance(rows: readonly (readonly number[])[]): number[][] {
  const means = meanOfColumns(rows);
  const centred = rows.map((row) => row.map((value, i) => value - (means[i] ?? 0)));
  return means.map((_, i) =>
    means.map(
      (_unused, j) =>
        centred.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0) / (rows.length - 1),
    ),
  );
}

/** √(vᵀ M⁻¹ v) for a symmetric positive definite M, by its Cholesky factor L: |L⁻¹ v|. */
export function mahalanobis(
  vector: readonly number[],
  matrix: readonly (readonly number[])[],
): number {
  const factor: number[][] = [];
  const solved: number[] = [];
  for (const [i, line] of matrix.entries()) {
    const row: number[] = [];
    factor.push(row);
    for (let j = 0; j <= i; j++) {
      let sum = line[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (factor[j]?.[k] ?? 0);
      if (i === j && sum <= 0) throw new Error('The matrix is not positive definite.');
      row.push(i === j ? Math.sqrt(sum) : sum / (factor[j]?.[j] ?? 1));
    }
    const rest = row
      .slice(0, i)
      .reduce((sum, value, k) => sum - value * (solved[k] ?? 0), vector[i] ?? 0);
    solved.push(rest / (row[i] ?? 1));
  }
  return Math.hypot(...solved);
}
