/** An invoice of the example: the fields that the client sent, and those below. */
export interface Invoice {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

/**
 * The maximum number of invoices that the demo keeps. It drops the oldest one, because it may run
 * for days.
 */
export const MAX_INVOICES = 1_000;

export interface InvoiceBook {
  find(id: string): Invoice | undefined;
  create(fields: Readonly<Record<string, unknown>>): Invoice;
  update(id: string, fields: Readonly<Record<string, unknown>>): Invoice | undefined;
  remove(id: string): boolean;
}

/** Creates invoices in memory. INV-001 exists from the start, as in the guide. */
export function createInvoiceBook(): InvoiceBook {
  const invoices = new Map<string, Invoice>([
    [
      'INV-001',
      {
        id: 'INV-001',
        amount: 1500,
        status: 'paid',
        lines: [{ desc: 'Widget', qty: 3, price: 500 }],
      },
    ],
  ]);
  let lastNumber = 1;
  return {
    find: (id) => invoices.get(id),
    create(fields) {
      lastNumber += 1;
      const id = `INV-${String(lastNumber).padStart(3, '0')}`;
      const invoice = { ...fields, id, status: 'draft' };
      invoices.set(id, invoice);
      const [oldest] = invoices.keys();
      if (invoices.size > MAX_INVOICES && oldest !== undefined) invoices.delete(oldest);
      return invoice;
    },
    update(id, fields) {
      const invoice = invoices.get(id);
      if (invoice === undefined) return undefined;
      const status = typeof fields['status'] === 'string' ? fields['status'] : invoice.status;
      const updated = { ...invoice, ...fields, id, status };
      invoices.set(id, updated);
      return updated;
    },
    remove: (id) => invoices.delete(id),
  };
}
