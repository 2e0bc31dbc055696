// A tiny client library and its adapter in one file, for linkspec's own tests. Without an argument it keeps
// every rule; with the name of a defect it breaks one of them, or the protocol, in exactly that way.
import { request as send } from "node:http";
import { createInterface } from "node:readline";

const defect = process.argv[2] ?? "none";
const is = (name) => defect === name;
let calls = 0;

const paths = {
	drives: (address) => ["drives", address.driveId],
	groups: (address) => ["groups", address.groupId, "drive"],
	me: () => ["me", "drive"],
	sites: (address) => ["sites", address.siteId, "drive"],
	users: (address) => (is("users-as-me") ? ["me", "drive"] : ["users", address.userId, "drive"]),
};

function url({ baseUrl, address, token }) {
	const careless = is("odd-ids-not-encoded") ? (id) => encodeURIComponent(id).replaceAll("%2F", "/") : encodeURIComponent;
	const encode = is("path-not-encoded") ? (id) => id : careless;
	const action = is("other-action") ? "microsoft.graph.createLink" : "createLink";
	const segments = [...paths[address.kind](address), "items", address.itemId].map(encode);
	const path = [...segments, action].join("/");
	return `${baseUrl}${is("empty-segment") ? "//" : "/"}${path}${is("token-in-url") ? `?access_token=${token}` : ""}`;
}

function bodyOf(asked) {
	const request = { ...asked };
	if (is("sends-retain-false") && !Object.hasOwn(request, "retainInheritedPermissions")) request.retainInheritedPermissions = false;
	if (is("sends-null")) request.password ??= null;
	if (is("sends-notification")) request.sendNotification ??= false;
	if (is("drops-scope")) delete request.scope;
	if (is("fills-in-scope")) request.scope ??= "anonymous";
	if (is("replaces-type") && !["view", "edit", "embed"].includes(request.type)) request.type = "view";
	if (is("mangles-password") && request.password) request.password = request.password.normalize("NFKD").replace(/[^\x00-\x7f]/g, "?");
	if (is("local-expiration") && request.expirationDateTime) request.expirationDateTime = request.expirationDateTime.replace(/(Z|[+-]\d\d:\d\d)$/, "+05:00");
	if (is("long-expiration") && request.expirationDateTime) request.expirationDateTime = request.expirationDateTime.replace(/Z$/, ".0000000+00:00");
	for (const name of Object.keys(request).filter((name) => request[name] === null)) {
		if (is("renames-null") && /[A-Z]/.test(name)) {
			request[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = null;
			delete request[name];
		}
		if (is("null-to-false") && name === "retainInheritedPermissions") request[name] = false;
		if (is("omits-null")) delete request[name];
	}
	if (is("drops-fraction") && request.expirationDateTime) request.expirationDateTime = request.expirationDateTime.replace(/\.\d+/, "");
	const text = JSON.stringify(request);
	if (is("doubles-null") && Object.values(request).includes(null)) return text.replace("{", `{"password":null,`);
	return is("doubles-a-member") ? text.replace("{", `{"type":${JSON.stringify(request.type ?? "view")},`) : text;
}

function once(method, address, token, body) {
	const headers = {
		"Content-Type": is("text-plain") ? "text/plain" : "application/json; charset=utf-8",
		"Content-Length": Buffer.byteLength(body),
	};
	if (token !== undefined) headers.Authorization = is("wrong-scheme") ? `token ${token}` : `Bearer ${token}`;
	if (is("token-twice")) headers.Authorization = [headers.Authorization, headers.Authorization];
	// Not new URL(): it would encode what a careless library does not.
	const [, host, port, path] = /^http:\/\/([^:/]+):(\d+)(.*)$/.exec(address);
	return new Promise((resolve, reject) => {
		const sent = send({ method, host, port, path, headers, agent: false }, (answer) => {
			const chunks = [];
			answer.on("data", (chunk) => chunks.push(chunk));
			answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() }));
			answer.on("error", reject);
		});
		sent.on("error", reject);
		sent.end(body);
	});
}

async function askWhetherAPageMay(address) {
	const asking = { Origin: "https://app.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type" };
	const { status, headers } = await fetch(address, { method: "OPTIONS", headers: asking });
	const allowed = headers.get("access-control-allow-headers") ?? "";
	if (status !== 204 || headers.get("access-control-allow-origin") !== "*" || !allowed.toLowerCase().includes("authorization")) {
		throw new Error("blocked by CORS policy");
	}
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function waitFor(value, retries) {
	if (is("ignores-retry-after")) return 100;
	if (value === undefined) return 500 * 2 ** retries;
	const isNumber = /^[\d.]+$/.test(value);
	// Neither seconds nor a date: the first number, as a careful library takes it, or one of the careless ways.
	if (!isNumber && !value.endsWith("GMT")) {
		if (is("cannot-read")) throw new Error(`Unable to parse Retry-After header value ${value}`);
		if (is("nan-retry-after")) return 10;
		return is("falls-back") ? 3000 : 1000 * Number.parseInt(value);
	}
	const seconds = Number(value);
	const ahead = (Date.parse(value) - Date.now()) / 1000;
	if (is("caps-retry-after") && seconds > 4) return 4000;
	if (is("seconds-of-a-date") && !isNumber) return 5 + (Math.floor(ahead) % 60) * 1000;
	if (is("truncates-retry-after")) return Math.floor(isNumber ? seconds : ahead) * 1000;
	if (is("rounds-retry-after")) return Math.round(Number.isNaN(seconds) ? (Date.parse(value) - Date.now()) / 1000 : Math.floor(seconds)) * 1000;
	return 5 + (Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000);
}

async function post(question) {
	const address = url(question);
	let body = bodyOf(question.request);
	if (is("looks-first")) await once("GET", address.replace(/\/createLink$/, ""), question.token, "");
	if (is("asks-the-drive-first")) {
		const { text } = await once("GET", `${question.baseUrl}/me/drive/`, question.token, "");
		if (!JSON.parse(text).driveType) throw new Error("the drive has no driveType");
	}
	if (is("in-a-browser")) await askWhetherAPageMay(address);
	const repeats = { 429: 3, 503: 3 };
	if (is("retries-400")) repeats[400] = 1;
	if (is("retries-500") || is("another-body")) repeats[500] = 1;
	if (is("never-retries")) repeats[429] = repeats[503] = 0;
	if (is("retries-for-ever")) repeats[429] = 1000;
	for (let retries = 0; ; retries++) {
		const answer = await once("POST", address, question.token, body);
		if (is("posts-twice")) await once("POST", address, question.token, body);
		if (is("token-on-redirect") && answer.headers.location) {
			return once("POST", answer.headers.location, question.token, body);
		}
		const moved = answer.status >= 300 && answer.status < 400 ? answer.headers.location : undefined;
		const here = moved?.startsWith(new URL(question.baseUrl).origin);
		if (is("follows-as-get") && here) return once("GET", moved, question.token, "");
		if (is("follows-as-post") && here) return once("POST", moved, question.token, body);
		if (is("body-on-redirect") && moved && !here) return once("POST", moved, undefined, body);
		if (is("bare-on-redirect") && moved && !here) return once("GET", moved, undefined, "");
		if (retries >= (repeats[answer.status] ?? 0)) return answer;
		if (is("gives-up-long-waits") && Number(answer.headers["retry-after"]) > 10) return answer;
		if (is("ignores-retry-after") && answer.status === 429 && retries > 5) return answer;
		await sleep(is("retries-for-ever") ? 10 : waitFor(answer.headers["retry-after"], retries));
		if (is("another-body")) body = body.replace("}", ',"message":"again"}');
	}
}

function isPermission(value) {
	return value !== null && typeof value === "object" && !Array.isArray(value) && typeof value.id === "string" &&
		(value.link === undefined || (typeof value.link === "object" && value.link !== null));
}

async function createLink(question) {
	if (is("unsupported-password") && question.request.password) return { unsupported: "this library has no passwords" };
	if (is("sends-nothing")) return { error: { message: "not today" } };
	if (is("refuses-edit") && question.request.type === "edit") return { error: { message: "no edit links here" } };
	let answer;
	try {
		answer = await post(question);
	} catch (error) {
		if (is("success-on-cut")) return { permission: { id: "1", roles: ["read"] } };
		throw error;
	}
	if (is("success-on-429") && answer.status === 429) return { permission: { id: "1", roles: ["read"] } };
	if (is("success-on-redirect") && answer.status >= 300 && answer.status < 400) return { permission: { id: "1", roles: ["read"] } };
	if (is("crashes-on-redirect") && answer.status >= 300 && answer.status < 400) process.exit(5);
	if (answer.status < 200 || answer.status >= 300) {
		if (is("crashes-on-html-refusal") && answer.text.startsWith("<")) process.exit(6);
		if (is("success-on-403") && answer.status === 403) return { permission: {} };
		if (is("crashes-without-a-message") && answer.text.startsWith("{") && JSON.parse(answer.text).error?.message === undefined) process.exit(4);
		if (is("nulls")) return { permission: null, status: null, error: { status: answer.status, code: null, message: null }, debug: answer.text.length };
		if (is("bare-error")) return { error: { message: "it did not work" } };
		let error = {};
		try {
			error = JSON.parse(answer.text).error ?? {};
		} catch {}
		if (is("no-code")) return { error: { status: answer.status, message: error.message ?? "" } };
		return { error: { status: answer.status, ...(error.code && { code: error.code }), message: error.message ?? `status ${answer.status}` } };
	}
	let permission = null;
	try {
		permission = JSON.parse(answer.text);
	} catch {}
	if (is("only-201") && answer.status === 200) return { error: { status: 200, message: "not created" } };
	if (is("strict-reader") && permission?.linkspecUnknown) return { error: { message: "unknown member" } };
	if (is("hangs-on-html") && answer.text.startsWith("<")) return new Promise(() => {});
	if (is("blocks-on-html") && answer.text.startsWith("<")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
	if (is("crashes-on-html") && answer.text.startsWith("<")) process.exit(7);
	if (!isPermission(permission)) {
		return is("empty-success") ? { permission: null } : { error: { status: answer.status, message: "the answer is no permission" } };
	}
	if (is("empty-link")) permission.link ??= {};
	if (is("nulls")) return { status: answer.status, permission, error: null, unsupported: null, took: 1 };
	if (is("fills-in-type") && permission.link) permission.link.type ??= "view";
	if (is("crashes-on-unknown") && permission.linkspecUnknown) process.exit(8);
	if (is("replaces-unknown-type") && permission.link?.type === "linkspecUnknownType") permission.link.type = "view";
	if (is("loses-web-html")) delete permission.link?.webHtml;
	if (is("loses-share-id")) delete permission.shareId;
	return { status: answer.status, permission };
}

let endless = false;

function print(line) {
	if (!endless) process.stdout.write(line + "\n");
}

async function take(line) {
	const { id, op, protocol, ...question } = JSON.parse(line);
	const say = (reply) => print(JSON.stringify({ id, ...reply }));
	if (op === "bye") process.exit(0);
	if (op === "hello") {
		if (is("other-protocol")) return say({ protocol: 2, name: "model", version: "1" });
		if (is("refuses-hello")) return say({ error: { message: "only protocol 2 is spoken here" } });
		if (is("silent-hello")) return;
		const more = {
			...(is("in-turn") && { concurrency: 1 }),
			...(is("path-by-application") && { byApplication: ["path"] }),
			...(is("body-by-application") && { byApplication: ["body"] }),
			...(is("nulls") && { concurrency: null, byApplication: null, homepage: "https://model.example" }),
		};
		return say({ name: "model", version: "1.0.0", language: "javascript", addresses: Object.keys(paths), ...more });
	}
	const call = ++calls;
	if (is("rubbish")) return print("DEBUG: asking for a link");
	if (is("hangs") && call === 3) return;
	if (is("endless-line") && call === 3) {
		endless = true;
		const more = () => process.stdout.write("x".repeat(1 << 20), more);
		return more();
	}
	if (is("crashes") && call === 3) {
		console.error("panic: the third call is one too many");
		process.exit(9);
	}
	let reply;
	try {
		reply = await createLink(question);
	} catch (error) {
		reply = { error: { message: error.message || String(error.code) } };
	}
	if (is("unknown-id") && call === 3) return print(JSON.stringify({ id: 4711, ...reply }));
	if (is("against-the-schema") && call === 3) return say({ permission: {}, error: { message: "both" } });
	say(reply);
	if (is("answers-twice") && call === 3) say(reply);
}

if (is("exits-at-once")) {
	console.error("cannot find module 'left-pad'");
	process.exit(1);
}
for await (const line of createInterface({ input: process.stdin })) {
	const taken = take(line);
	if (is("in-turn") || is("in-turn-in-silence")) await taken;
}
process.exit(0);
