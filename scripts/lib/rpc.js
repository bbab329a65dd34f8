// Makes one JSON-RPC request to a local node and prints the result: rpc.js URL METHOD [PARAMETER...]
// Parameters are JSON; what is no JSON is a string.
'use strict';

const [url, method, ...words] = process.argv.slice(2);
const params = words.map((word) => {
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
});

async function main() {
  const { hostname } = new URL(url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw new Error(`${hostname} is not this machine`);
  }
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = await response.json();
  if (answer.error) {
    throw new Error(`${method}: ${answer.error.message}`);
  }
  console.log(typeof answer.result === 'string' ? answer.result : JSON.stringify(answer.result));
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exit(1);
});
