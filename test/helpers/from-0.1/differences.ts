/** In what two things differ, a line each, so that a failure says exactly what is not as it was. */

/**
 * What `now` lacks or has otherwise. What is new in it is no difference: later versions may say more.
 *
 * @param where - what the two are, for people
 */
export function differences(before: unknown, now: unknown, where: string): readonly string[] {
  if (!isObject(before) || !isObject(now)) {
    return Object.is(before, now) ? [] : [`${where} was ${shown(before)}, and is ${shown(now)}`];
  }
  if (Array.isArray(before) && Array.isArray(now) && before.length !== now.length) {
    return [`${where} was ${shown(before)}, and is ${shown(now)}`];
  }
  return Object.entries(before).flatMap(([key, value]) =>
    Object.hasOwn(now, key)
      ? differences(value, now[key], `${where} ${key}`)
      : [`${where} ${key} is gone: it was ${shown(value)}`],
  );
}

/** @throws Error that says what is gone or differs */
export function assertKept(before: unknown, now: unknown, where: string): void {
  const lines = differences(before, now, where);
  if (lines.length > 0) throw new Error(`Not as 0.1.0 left it:\n${lines.join('\n')}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const shown = (value: unknown): string => JSON.stringify(value);
