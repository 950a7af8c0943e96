// Calls a procedure of the demo with autobahn-js.
//
// In a checkout: run `npm start`. Then run `node examples/node/client.js` in a second terminal.
// In your project: run `npm install autobahn`, and `npx rpc-gateway demo` instead of `npm start`.
import autobahn from 'autobahn';

const connection = new autobahn.Connection({
  url: process.env.RPC_GATEWAY_URL ?? 'ws://127.0.0.1:18080/ws',
  realm: 'com.example.myrealm',
  max_retries: 0,
});

connection.onopen = async (session) => {
  try {
    const result = await session.call('com.billing.get_invoice', [], { id: 'INV-001' });
    console.log('Status:', result.kwargs.status);
    console.log('Body:', result.kwargs.body);
  } catch (error) {
    // error.error is the WAMP error URI. error.kwargs has status and body.
    console.error(error.error, error.kwargs);
    process.exitCode = 1;
  }
  connection.close();
};

connection.onclose = (reason) => {
  if (reason !== 'unreachable') return;
  console.error('No connection. Is the demo running?');
  process.exitCode = 1;
};

connection.open();
