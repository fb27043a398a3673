import { execFileSync } from 'node:child_process';

export interface BindMounts {
  /** Lets `place` show what lies at `source`; both are there, and of one kind. */
  bind(source: string, place: string, options?: { readonly readOnly?: boolean }): void;
  /** A file system of its own, of that many MiB. */
  disk(place: string, sizeMib: number): void;
  unmountAll(): void;
}

/** Real mounts, gone after each test. To be called before `tempFolder`, so that they are gone before what they lie in. Needs root. */
export function bindMounts(): BindMounts {
  const places: string[] = [];
  const mount = (place: string, ...args: readonly string[]): void => {
    execFileSync('mount', [...args, place]);
    places.push(place);
  };
  const unmountAll = (): void => {
    for (let place = places.pop(); place !== undefined; place = places.pop()) execFileSync('umount', ['--lazy', place]);
  };
  afterEach(unmountAll);
  return {
    bind(source, place, { readOnly = false } = {}) {
      mount(place, '--bind', source);
      if (readOnly) execFileSync('mount', ['-o', 'remount,bind,ro', place]);
    },
    disk(place, sizeMib) {
      mount(place, '-t', 'tmpfs', '-o', `size=${String(sizeMib)}m`, 'nightkeep-test');
    },
    unmountAll,
  };
}
