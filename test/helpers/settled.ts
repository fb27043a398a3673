/** @returns a function that tells whether the promise has settled by now */
export function settled(work: Promise<unknown>): () => boolean {
  let done = false;
  const end = (): void => {
    done = true;
  };
  work.then(end, end);
  return () => done;
}
