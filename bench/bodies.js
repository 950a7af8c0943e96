/** JSON documents of about the measured sizes, by name. */
export const SIZES = { '50 B': 50, '10 KB': 10_000, '1 MB': 1_000_000 };

/**
 * A list of invoices of about `bytes` characters, as an API sends it: short strings, numbers, a
 * flag, some nesting.
 *
 * @param {number} bytes
 */
export function invoices(bytes) {
  const one = (index) => ({
    id: `INV-${String(index).padStart(6, '0')}`,
    amount: 1500 + index,
    paid: index % 2 === 0,
    customer: { name: 'Example GmbH', city: 'Köln' },
    lines: [{ sku: 'A-1', quantity: 2, price: 7.5 }],
  });
  if (bytes < 100) return { id: 'INV-001', amount: 1500, status: 'paid' };
  const list = [];
  for (let length = 0; length < bytes; ) {
    const next = one(list.length);
    list.push(next);
    length += JSON.stringify(next).length + 1;
  }
  return { amount: 1500, list };
}
