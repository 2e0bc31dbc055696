// Lets linkspec call createLink through @microsoft/microsoft-graph-client (adapter protocol 1).
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { Client, MiddlewareFactory } from "@microsoft/microsoft-graph-client";

const sdk = createRequire(import.meta.url)("@microsoft/microsoft-graph-client/package.json");

const paths = {
	drives: (address) => ["drives", address.driveId, "items", address.itemId],
	groups: (address) => ["groups", address.groupId, "drive", "items", address.itemId],
	me: (address) => ["me", "drive", "items", address.itemId],
	sites: (address) => ["sites", address.siteId, "drive", "items", address.itemId],
	users: (address) => ["users", address.userId, "drive", "items", address.itemId],
};

// The SDK's own AuthenticationHandler adds the token to https addresses only, whatever customHosts says.
// This one takes its place in the default chain for plain http, and leaves the rest of the chain as it is.
class PlainHttpAuthenticationHandler {
	constructor(token) {
		this.token = token;
	}
	async execute(context) {
		context.options.headers.Authorization = `Bearer ${this.token}`;
		await this.next.execute(context);
	}
	setNext(next) {
		this.next = next;
	}
}

const clients = new Map();

function clientFor(baseUrl, token) {
	const key = JSON.stringify([baseUrl, token]);
	if (!clients.has(key)) {
		const authProvider = { getAccessToken: async () => token };
		// The SDK takes the service root and the version apart.
		const [, root, version] = /^(.*)\/([^/]+)\/*$/.exec(baseUrl);
		const options = { baseUrl: root, defaultVersion: version };
		if (baseUrl.startsWith("https://")) {
			options.authProvider = authProvider;
			options.customHosts = new Set([new URL(baseUrl).hostname]);
		} else {
			const [, ...rest] = MiddlewareFactory.getDefaultMiddlewareChain(authProvider);
			options.middleware = [new PlainHttpAuthenticationHandler(token), ...rest];
		}
		clients.set(key, Client.initWithMiddleware(options));
	}
	return clients.get(key);
}

async function createLink({ baseUrl, token, address, request }) {
	if (!Object.hasOwn(paths, address.kind)) {
		return { unsupported: `this adapter knows no address of the kind ${address.kind}` };
	}
	// api() takes a path, and encoding it is the application's duty (msgraph-sdk-javascript#823).
	const path = "/" + [...paths[address.kind](address), "createLink"].map(encodeURIComponent).join("/");
	try {
		const permission = await clientFor(baseUrl, token).api(path).post(request);
		return { permission: permission ?? null };
	} catch (error) {
		// A GraphError has -1 where there was no answer, and null where there was no code.
		const { statusCode, code, message } = error;
		return {
			error: {
				...(statusCode > 0 && { status: statusCode }),
				...(code && { code }),
				message,
			},
		};
	}
}

async function answer(question) {
	switch (question.op) {
		case "hello":
			return {
				name: sdk.name,
				version: sdk.version,
				language: "javascript",
				addresses: Object.keys(paths),
				// api() takes the path, and post() any object: both are the application's writing.
				byApplication: ["path", "body"],
			};
		case "createLink":
			return createLink(question);
		case "bye":
			process.exit(0);
		default:
			return { error: { message: `unknown operation ${question.op}` } };
	}
}

for await (const line of createInterface({ input: process.stdin })) {
	let id, question;
	try {
		({ id, ...question } = JSON.parse(line));
	} catch (error) {
		console.error(`not a question: ${error.message}`);
		continue;
	}
	// Not awaited: the next question may be sent while this one is under way.
	answer(question).then((reply) => process.stdout.write(JSON.stringify({ id, ...reply }) + "\n"));
}
process.exit(0);
