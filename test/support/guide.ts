import { readDocument } from './documents.js';

/** The guide's configuration, whole. */
export const GUIDE = readDocument('examples/guide.conf');
/** The guide's service without its credentials, which need an identity provider. */
export const GUIDE_SERVICE = GUIDE.slice(0, GUIDE.indexOf('## Token acquisition'));
/** The guide calls these two procedures, but does not configure them. */
export const GUIDE_FURTHER = `
rpc_gateway.services.billing.procedures.update_invoice.uri = com.billing.update_invoice
rpc_gateway.services.billing.procedures.update_invoice.realm = com.example.myrealm
rpc_gateway.services.billing.procedures.update_invoice.method = patch
rpc_gateway.services.billing.procedures.update_invoice.path = /invoices/{{id}}
rpc_gateway.services.billing.procedures.delete_invoice.uri = com.billing.delete_invoice
rpc_gateway.services.billing.procedures.delete_invoice.realm = com.example.myrealm
rpc_gateway.services.billing.procedures.delete_invoice.method = delete
rpc_gateway.services.billing.procedures.delete_invoice.path = /invoices/{{id}}
`;
/** The configuration with the API at this URL. */
export const pointedAt = (conf: string, url: string): string =>
  conf.replace('https://billing.example.com', url);

/** The guide's requests and responses, in its order. */
export const GUIDE_PAIRS = [
  {
    procedure: 'com.billing.get_invoice',
    kwargs: { id: 'INV-001', expand: 'lines' },
    request: 'GET /api/invoices/INV-001?expand=lines',
    body: '',
    result: { status: 200, body: { id: 'INV-001', amount: 1500, status: 'paid' } },
  },
  {
    procedure: 'com.billing.create_invoice',
    kwargs: {
      customer: 'cust-42',
      amount: 2500,
      currency: 'USD',
      lines: [{ desc: 'Widget', qty: 5, price: 500 }],
    },
    request: 'POST /api/invoices',
    body: '{"customer":"cust-42","amount":2500,"currency":"USD","lines":[{"desc":"Widget","qty":5,"price":500}]}',
    result: { status: 201, body: { id: 'INV-002', customer: 'cust-42', amount: 2500, status: 'draft' } },
  },
  {
    procedure: 'com.billing.update_invoice',
    kwargs: { id: 'INV-001', status: 'paid', notes: 'Paid in full' },
    request: 'PATCH /api/invoices/INV-001',
    body: '{"status":"paid","notes":"Paid in full"}',
    result: { status: 200, body: { id: 'INV-001', status: 'paid', notes: 'Paid in full' } },
  },
  {
    procedure: 'com.billing.delete_invoice',
    kwargs: { id: 'INV-001' },
    request: 'DELETE /api/invoices/INV-001',
    body: '',
    result: { status: 204, body: '' },
  },
] as const;
