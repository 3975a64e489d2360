import { created, noContent, ok, type RunpodCall, type RunpodHandler } from "./call.ts";
import { type Fields, readBody } from "./fields.ts";
import { readPorts } from "./order.ts";
import { refuse } from "./refusal.ts";
import type { RunpodTemplate } from "./state.ts";

const members = ["name", "image", "disk", "ports", "env", "args", "serverless"];

export const listTemplates: RunpodHandler = ({ store }) => ok({ templates: [...store.templates.values()] });

/** None of the emulated account's templates is public. */
export const listPublicTemplates: RunpodHandler = () => ok({ templates: [] });

export const getTemplate: RunpodHandler = (call) => ok(asked(call));

export const createTemplate: RunpodHandler = ({ request, store, context }) => {
  const body = readBody(request.json, members);
  for (const member of ["name", "image"]) if (!body.has(member)) body.wrong(member, "is required");
  const serverless = body.flag("serverless") ?? false;
  const blank = { name: "", image: "", disk: undefined, ports: [], env: {}, args: "" };
  const template = { id: context.random.hex(10), serverless, ...readTemplate(body, blank) };
  store.templates.set(template.id, template);
  return created(template);
};

export const updateTemplate: RunpodHandler = (call) => {
  const template = asked(call);
  const body = readBody(call.request.json, members.slice(0, -1));
  const changed = { ...template, ...readTemplate(body, template) };
  call.store.templates.set(template.id, changed);
  return ok(changed);
};

export const deleteTemplate: RunpodHandler = (call) => {
  call.store.templates.delete(asked(call).id);
  return noContent;
};

type Content = Omit<RunpodTemplate, "id" | "serverless">;

function readTemplate(body: Fields, before: Content): Content {
  const content = {
    name: body.text("name") ?? before.name,
    image: body.text("image") ?? before.image,
    disk: body.integer("disk", 1) ?? before.disk,
    ports: readPorts(body) ?? before.ports,
    env: body.record("env") ?? before.env,
    args: body.text("args") ?? before.args,
  };
  body.done();
  return content;
}

function asked({ request, store }: RunpodCall): RunpodTemplate {
  return store.templates.get(request.params["id"] ?? "") ?? refuse(404, "template not found");
}
