/** Makes a handler that puts the value of a field into a signal. */
export const setTo =
  <T extends string>(target: { value: T }) =>
  (event: Event) => {
    target.value = (event.target as HTMLInputElement | HTMLSelectElement).value as T;
  };
