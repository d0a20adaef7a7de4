// A real provider of OpenID Connect on loopback, for the tests alone: one client, accounts named by what is typed.
import { Provider } from "oidc-provider";

const [port, back] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "yimen", client_secret: "a-secret-of-the-tests", redirect_uris: [back], grant_types: ["authorization_code"],
    response_types: ["code"], post_logout_redirect_uris: [new URL("/", back).href.replace(/\/$/, "")],
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub", "preferred_username", "auth_time"], profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
