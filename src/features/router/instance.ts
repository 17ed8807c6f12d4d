/** What a class may say of its own instances. */
interface InstanceClass {
  prototype: object
  /** Makes the object that becomes `this`. */
  _instance?: () => object
}

/**
 * Lets a subclass have instances of another kind, such as functions: what the constructor of a base class returns is `this` in
 * all classes below it, private fields included.
 */
export class Instance {
  constructor() {
    const { prototype, _instance } = new.target as unknown as InstanceClass
    if (_instance !== undefined) return Object.setPrototypeOf(_instance(), prototype) as this
  }
}
