// One message from JavaScript, as in Node:  node examples/push.mjs [http://HOST:PORT]
// In a page of another site the same needs BEAMCAST_PUSH_ORIGINS=https://that.site

const board = process.argv[2] ?? "http://127.0.0.1:8800";
const answer = await fetch(`${board}/push`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ id: "From JavaScript", type: "pie", value: { yes: 3, no: 1 } }),
});
console.log(answer.status, await answer.json());
