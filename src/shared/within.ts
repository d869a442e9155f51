/**
 * The answer, or what `late` says of one that takes longer than that. What it would have been is dropped, a failure too.
 * @param late may throw
 */
export async function within<Answer, Late>(
  milliseconds: number,
  answer: Promise<Answer>,
  late: () => Late,
): Promise<Answer | Late> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    return await Promise.race([answer, timeout.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
