/** A value of `no_proxy`, a URL, and whether the URL is reached without a proxy. */
export type NoProxyForm = readonly [list: string, url: string, isDirect: boolean];

/** Forms about which curl decides the same, as test/interop/curl-proxy.test.ts shows. */
export const NO_PROXY_FORMS: readonly NoProxyForm[] = [
  ['*', 'http://billing.test/', true],
  ['*,billing.test', 'http://idp.test/', false],
  ['*.billing.test', 'http://api.billing.test/', false],
  ['billing.test', 'http://billing.test/', true],
  ['billing.test', 'http://api.billing.test/', true],
  ['billing.test', 'http://BILLING.test:8080/', true],
  ['BILLING.test', 'http://billing.test/', true],
  ['billing.test', 'http://notbilling.test/', false],
  ['billing.test', 'http://billing.test.other.test/', false],
  ['.billing.test', 'http://api.billing.test/', true],
  ['.billing.test', 'http://billing.test/', true],
  ['.billing.test', 'http://notbilling.test/', false],
  ['billing.test.', 'http://billing.test/', true],
  ['billing.test', 'http://billing.test./', true],
  ['test', 'http://billing.test/', true],
  ['idp.test,billing.test', 'http://billing.test/', true],
  ['idp.test , billing.test', 'http://billing.test/', true],
  ['idp.test billing.test', 'http://billing.test/', true],
  [',,billing.test,', 'http://billing.test/', true],
  ['idp.test', 'http://billing.test/', false],
  ['.', 'http://billing.test/', false],
  ['192.0.2.1', 'http://192.0.2.1/', true],
  ['192.0.2.1', 'http://192.0.2.11/', false],
  ['2.1', 'http://192.0.2.1/', false],
  ['192.0.2.0/24', 'http://192.0.2.77/', true],
  ['192.0.2.0/24', 'http://192.0.3.1/', false],
  ['192.0.2.128/25', 'http://192.0.2.127/', false],
  ['192.0.2.1/32', 'http://192.0.2.1/', true],
  ['10.0.0.0/8,192.0.2.0/24', 'http://10.200.0.1/', true],
  ['192.0.2.0/33', 'http://192.0.2.1/', false],
  ['192.0.2.0/24', 'http://billing.test/', false],
  ['2001:db8::1', 'http://[2001:db8::1]/', true],
  ['2001:db8::/33', 'http://[2001:db8:ffff::1]/', false],
  ['2001:db8::1', 'http://[2001:db8::2]/', false],
  ['::/0', 'http://192.0.2.1/', false],
];

/** IPv6 addresses as numbers. curl 7.88 of Debian 12 compares them as text, newer ones as numbers. */
export const IPV6_FORMS: readonly NoProxyForm[] = [
  ['2001:DB8:0::1', 'http://[2001:db8::1]/', true],
  ['2001:db8::/32', 'http://[2001:db8:ffff::1]/', true],
];

/** Forms with a port. curl has no ports there: with it, these entries match nothing. */
export const PORT_FORMS: readonly NoProxyForm[] = [
  ['billing.test:8443', 'http://billing.test:8443/', true],
  ['billing.test:8443', 'http://api.billing.test:8443/', true],
  ['billing.test:8443', 'http://billing.test:8444/', false],
  ['billing.test:80', 'http://billing.test/', true],
  ['192.0.2.1:8080', 'http://192.0.2.1:8080/', true],
  ['192.0.2.1:8080', 'http://192.0.2.1/', false],
  ['[2001:db8::1]:8080', 'http://[2001:db8::1]:8080/', true],
  ['[2001:db8::1]:8080', 'http://[2001:db8::1]:8081/', false],
  ['[2001:db8::1]', 'http://[2001:db8::1]/', true],
];
