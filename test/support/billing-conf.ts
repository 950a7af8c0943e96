/** The guide's complete billing service, for tests that add their own lines. */
export function billingConf(baseUrl: string, ...lines: string[]): string {
  const service = 'rpc_gateway.services.billing';
  const procedure = (name: string, method: string, path: string) => [
    `${service}.procedures.${name}.uri = com.billing.${name}`,
    `${service}.procedures.${name}.realm = com.example.myrealm`,
    `${service}.procedures.${name}.method = ${method}`,
    `${service}.procedures.${name}.path = ${path}`,
  ];
  return [
    `${service}.base_url = ${baseUrl}`,
    ...procedure('get_invoice', 'get', '/invoices/{{id}}'),
    ...procedure('create_invoice', 'post', '/invoices'),
    ...procedure('update_invoice', 'patch', '/invoices/{{id}}'),
    ...procedure('delete_invoice', 'delete', '/invoices/{{id}}'),
    ...lines.map((line) => line.replace(/^\+/, `${service}.`)),
    '',
  ].join('\n');
}
