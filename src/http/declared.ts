import type { ExecutionContext, Type as Class } from '@nestjs/common';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What is declared on a route or its controller, read once for each route: reflection takes microseconds, of each request. */
export class Declared<Value> {
  readonly #known = new WeakMap<Class, WeakMap<Handler, { value: Value }>>();

  constructor(private readonly read: (handler: Handler, controller: Class) => Value) {}

  of(context: ExecutionContext): Value {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    let routes = this.#known.get(controller);
    if (!routes) this.#known.set(controller, (routes = new WeakMap()));
    let known = routes.get(handler);
    if (!known) routes.set(handler, (known = { value: this.read(handler, controller) }));
    return known.value;
  }
}
