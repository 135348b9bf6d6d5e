// One message from JavaScript, here in Node.js:  node examples/push.mjs [http://HOST:PORT]
// In a page of another site the same needs BEAMCAST_PUSH_ORIGINS=https://that.site

const board = process.argv[2] ?? "http://127.0.0.1:8800";
const response = await fetch(`${board}/push`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ id: "From JavaScript", type: "pie", value: { yes: 3, no: 1 } }),
});
console.log(response.status, await response.json());
