import { useEffect, useState } from 'preact/hooks';
import { ApiError, get } from '../api.js';

/** What a page has loaded so far. */
export type Loaded<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Loads something when the page opens, and again at intervals.
 *
 * @param everyMs milliseconds; 0 means never again
 */
export function useLoaded<T>(path: string, everyMs: number): Loaded<T> & { readonly reload: () => void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({ kind: 'loading' });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isOpen = true;
    const load = async (): Promise<void> => {
      try {
        const value = await get<T>(path);
        if (isOpen) setLoaded({ kind: 'loaded', value });
      } catch (error) {
        const message = error instanceof ApiError ? error.message : 'It cannot be shown.';
        if (isOpen) setLoaded({ kind: 'failed', message });
      }
    };
    void load();
    const timer = everyMs > 0 ? setInterval(() => void load(), everyMs) : undefined;
    return () => {
      isOpen = false;
      clearInterval(timer);
    };
  }, [path, everyMs, turn]);
  return { ...loaded, reload: () => setTurn(turn + 1) };
}
