import { ts } from 'ts-morph'
import {
  contains,
  isAsync,
  isFunctionNode,
  isReference,
  unwrap,
  walk,
  wrapOut,
  type FunctionNode,
} from './ast.js'
import type { Candidate } from './candidates.js'
import type { Draft, FlowEvent } from './draft.js'
import {
  ANSWERED,
  HANDLER_SUMMARY,
  join,
  OPEN,
  PASSED,
  SETTLED,
  state,
  UNREACHABLE,
  type FlowState,
  type Summary,
} from './flow-state.js'
import {
  promiseMethod,
  isIteration,
  isTimer,
  isAwaited,
  isReturned,
  isValueUsed,
  isLogical,
  isHarmlessBody,
} from './flow-syntax.js'
import { isTail } from './tail.js'
import { isFalsyLiteral, StatementFlow, type FlowHost } from './flow-statements.js'

/** How the function around the current code is run. */
type Mode = 'waited' | 'sync' | 'executor'

const HARMLESS_CALL = /^(console|log|logger|winston|debug)\b|\.(log|logger)\./
const NEVER_THROWS = new Set(
  'clearTimeout clearInterval String Boolean Promise.resolve Promise.all'.split(' ')
)

/**
 * Runs a handler in the abstract and proves that every path answers exactly once before the
 * handler settles. What it cannot prove becomes a blocker of the draft; where a promise only has
 * to be handed to the caller, it adds the `return`.
 */
export class FlowAnalysis extends StatementFlow {
  readonly #candidate: Candidate
  #promise = false
  #mode: Mode = 'waited'
  #fn: FunctionNode
  /** Parameters that only ever hold an error. */
  readonly #truthy = new Set<ts.Node>()
  /** The functions whose bodies are being run, one inside the other. */
  readonly #running = new Set<FunctionNode>()
  readonly #closures = new Map<FunctionNode, Summary | undefined>()

  constructor(candidate: Candidate, draft: Draft, host: FlowHost) {
    super(draft, host)
    this.#candidate = candidate
    this.#fn = candidate.fn
    const [first] = candidate.fn.parameters
    if (candidate.kind === 'error' && first !== undefined) this.#truthy.add(first)
  }

  run(): Summary {
    const { fn, kind } = this.#candidate
    const summary = this.#function(fn, state(OPEN))
    const open = (summary.truthy | summary.falsy) & OPEN
    if (kind !== 'helper' && open !== 0) {
      this.draft.block(fn, 'a path ends without an answer and without next()')
    }
    return summary
  }

  /** Runs one function body and gives what its callers see. */
  #function(fn: FunctionNode, entry: FlowState): Summary {
    if (this.#running.has(fn)) {
      this.draft.block(fn, 'a function of the handler calls itself')
      return { truthy: OPEN, falsy: OPEN, promise: false, returnsAnswer: false }
    }
    this.#running.add(fn)
    const saved = {
      fn: this.#fn,
      exits: this.exits,
      promise: this.#promise,
      returnsAnswer: this.returnsAnswer,
      targets: this.targets,
    }
    this.#fn = fn
    this.exits = { truthy: 0, falsy: 0 }
    this.#promise = isAsync(fn)
    this.returnsAnswer = false
    this.targets = []
    this.state = entry
    if (fn.body !== undefined) {
      if (ts.isBlock(fn.body)) this.statements(fn.body.statements)
      else this.returned(fn.body)
    }
    this.exits.falsy |= this.state.bits
    const summary = {
      ...this.exits,
      promise: this.#promise,
      returnsAnswer: this.returnsAnswer,
    }
    this.#running.delete(fn)
    this.#fn = saved.fn
    this.exits = saved.exits
    this.#promise = saved.promise
    this.returnsAnswer = saved.returnsAnswer
    this.targets = saved.targets
    return summary
  }

  /** Evaluates an expression and splits what happened by whether it is truthy. */
  protected condition(expression: ts.Expression): [FlowState, FlowState] {
    const node = unwrap(expression)
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      const [truthy, falsy] = this.condition(node.operand)
      return [falsy, truthy]
    }
    if (ts.isBinaryExpression(node)) {
      const split = this.#binaryCondition(node)
      if (split !== undefined) return split
    }
    if (ts.isIdentifier(node)) {
      const { known } = this.state
      if (known !== undefined && this.host.workspace.symbolOf(node) === known.symbol) {
        return [state(known.truthy), state(known.falsy)]
      }
      if (this.#isError(node)) return [this.state, UNREACHABLE]
    }
    const target = ts.isAwaitExpression(node) ? unwrap(node.expression) : node
    const event = this.draft.events.get(target)
    if (event?.kind === 'responded') {
      const { bits } = this.state
      return [state(bits & ANSWERED), state(bits & ~ANSWERED)]
    }
    const closure = ts.isCallExpression(target) ? this.#closureCalled(target) : undefined
    if (ts.isCallExpression(target) && (event?.kind === 'helper' || closure !== undefined)) {
      this.#callArguments(target)
      return this.#applyCall(target, closure, node)
    }
    this.visit(node)
    return [this.state, this.state]
  }

  /** Error middleware only runs with an error. */
  #isError(node: ts.Identifier): boolean {
    const declaration = this.host.workspace.symbolOf(node)?.declarations?.[0]
    return declaration !== undefined && this.#truthy.has(declaration)
  }

  #binaryCondition(node: ts.BinaryExpression): [FlowState, FlowState] | undefined {
    switch (node.operatorToken.kind) {
      case ts.SyntaxKind.AmpersandAmpersandToken: {
        const [truthy, falsy] = this.condition(node.left)
        this.state = truthy
        const [right, rightFalsy] = this.condition(node.right)
        return [right, join(falsy, rightFalsy)]
      }
      case ts.SyntaxKind.BarBarToken: {
        const [truthy, falsy] = this.condition(node.left)
        this.state = falsy
        const [right, rightFalsy] = this.condition(node.right)
        return [join(truthy, right), rightFalsy]
      }
      case ts.SyntaxKind.EqualsEqualsToken:
      case ts.SyntaxKind.EqualsEqualsEqualsToken:
      case ts.SyntaxKind.ExclamationEqualsToken:
      case ts.SyntaxKind.ExclamationEqualsEqualsToken: {
        const right = unwrap(node.right)
        const isTrue = right.kind === ts.SyntaxKind.TrueKeyword
        if (!isTrue && !isFalsyLiteral(right)) return undefined
        const [truthy, falsy] = this.condition(node.left)
        const negated =
          node.operatorToken.kind === ts.SyntaxKind.ExclamationEqualsToken ||
          node.operatorToken.kind === ts.SyntaxKind.ExclamationEqualsEqualsToken
        return isTrue === !negated ? [truthy, falsy] : [falsy, truthy]
      }
      default:
        return undefined
    }
  }

  protected visit(expression: ts.Node): void {
    const node = ts.isExpression(expression) ? unwrap(expression) : expression
    if (isFunctionNode(node) || ts.isClassLike(node)) {
      if (this.#touches(node) && !this.#isNamedClosure(node)) {
        this.#late(node, 'req or res is used in a function that is kept for later')
      }
    } else if (ts.isCallExpression(node)) {
      this.#call(node)
    } else if (ts.isNewExpression(node)) {
      this.#new(node)
    } else if (ts.isConditionalExpression(node)) {
      const [truthy, falsy] = this.condition(node.condition)
      this.state = truthy
      this.visit(node.whenTrue)
      const after = this.state
      this.state = falsy
      this.visit(node.whenFalse)
      this.state = join(after, this.state)
    } else if (ts.isBinaryExpression(node) && isLogical(node.operatorToken.kind)) {
      const [truthy, falsy] = this.condition(node.left)
      const isAnd = node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken
      this.state = isAnd ? truthy : falsy
      this.visit(node.right)
      this.state = join(this.state, isAnd ? falsy : truthy)
    } else if (ts.isAwaitExpression(node)) {
      // What rejects has not answered: a helper that fails after its answer is its own problem.
      this.throws |= this.state.bits
      this.visit(node.expression)
    } else {
      this.children(node)
      this.#event(node)
    }
  }

  #call(node: ts.CallExpression): void {
    const chain = promiseMethod(node)
    if (chain !== undefined && this.#chainTouches(node)) {
      const before = this.state.bits
      this.#promiseChain(node)
      this.#waitFor(node, 'a promise', before)
      return
    }
    if (this.#special(node)) return
    const closure = this.#closureCalled(node)
    if (closure === undefined) this.#visitCallee(node)
    this.#callArguments(node)
    if (!this.#isHarmless(node)) this.throws |= this.state.bits
    if (closure !== undefined || this.draft.events.get(node)?.kind === 'helper') {
      const [truthy, falsy] = this.#applyCall(node, closure, node)
      this.state = join(truthy, falsy)
      return
    }
    this.#event(node)
  }

  /** Calls whose callbacks are known to be part of the answer. */
  #special(node: ts.CallExpression): boolean {
    const event = this.draft.events.get(node)
    if (event === undefined) return false
    if (event.kind === 'choice') {
      this.#choice(node, event.functions)
    } else if (event.kind === 'foreign') {
      this.#foreign(node, event.then)
    } else if ('rejection' in event && event.rejection !== undefined) {
      this.#answerOrReject(node, event.rejection)
    } else {
      return false
    }
    return true
  }

  #choice(node: ts.CallExpression, functions: FunctionNode[]): void {
    const entry = this.state
    let after: FlowState = UNREACHABLE
    let promise = false
    for (const fn of functions) {
      const summary = this.#function(fn, entry)
      promise ||= summary.promise
      after = join(after, state(summary.truthy | summary.falsy))
    }
    this.state = entry
    this.#apply({ kind: 'answer', promise: false }, node, ANSWERED)
    this.state = join(after, this.state)
    if (promise) this.#waitFor(node, 'an answer that takes time')
  }

  #foreign(node: ts.CallExpression, then: ts.Expression): void {
    const entry = this.state
    this.visit(node.expression)
    this.throws |= this.state.bits
    this.#apply({ kind: 'answer', promise: false }, node, ANSWERED)
    const answered = this.state
    this.state = entry
    this.#continuation(then)
    this.state = join(answered, this.state)
    this.#waitFor(node, 'a middleware')
  }

  #answerOrReject(node: ts.CallExpression, rejection: ts.Expression): void {
    for (const argument of node.arguments) if (argument !== rejection) this.visit(argument)
    const entry = this.state
    this.throws |= entry.bits
    this.#apply({ kind: 'answer', promise: false }, node, ANSWERED)
    const answered = this.state
    this.state = entry
    const fn = this.#functionBehind(rejection)
    if (fn?.parameters[0] !== undefined) this.#truthy.add(fn.parameters[0])
    this.#continuation(rejection)
    this.state = join(answered, this.state)
    this.#waitFor(node, 'an answer that takes time')
  }

  #visitCallee(node: ts.CallExpression): void {
    const callee = unwrap(node.expression)
    if (isFunctionNode(callee)) {
      if (!this.#touches(callee)) return
      const before = this.state
      const summary = this.#function(callee, before)
      this.state = state(summary.truthy | summary.falsy)
      if (summary.promise) this.#waitFor(node, 'an async function', before.bits)
    } else if (!ts.isIdentifier(callee)) {
      this.visit(callee)
    }
  }

  #isHarmless(node: ts.CallExpression): boolean {
    const text = node.expression.getText()
    return HARMLESS_CALL.test(text) || NEVER_THROWS.has(text)
  }

  #callArguments(node: ts.CallExpression): void {
    const callbacks: ts.Expression[] = []
    for (const argument of node.arguments) {
      if (this.#isTouchingFunction(argument)) callbacks.push(argument)
      else this.visit(argument)
    }
    if (callbacks.length > 0) this.#callbacks(node, callbacks)
  }

  #isTouchingFunction(argument: ts.Expression): boolean {
    const fn = this.#functionBehind(argument)
    return fn !== undefined && this.#touches(fn)
  }

  /** An inline function, or a closure of this handler named by the argument. */
  #functionBehind(argument: ts.Expression): FunctionNode | undefined {
    const inner = unwrap(argument)
    if (isFunctionNode(inner)) return inner
    if (!ts.isIdentifier(inner)) return undefined
    const [fn, ...rest] = this.host.values.functionsOf(inner)
    if (fn === undefined || rest.length > 0) return undefined
    return fn !== this.#candidate.fn && contains(this.#candidate.fn, fn) ? fn : undefined
  }

  /** Functions that use the roles and are handed to a call. */
  #callbacks(node: ts.CallExpression, callbacks: ts.Expression[]): void {
    const functions = callbacks.map((each) => this.#functionBehind(each)!)
    if (this.#isListener(node)) {
      if (functions.some((fn) => this.#hasEventInside(fn))) {
        this.draft.block(node, 'the answer is changed after it was sent')
      }
    } else if (isIteration(node, callbacks, functions)) {
      for (const fn of functions) this.#repeat(fn)
    } else if (isAwaited(node) && functions.every((fn) => !this.#hasEventInside(fn))) {
      // Only read, and the handler waits until the callee is done with the callback.
    } else if (this.#mayAnswer(node)) {
      this.#late(node, 'a helper is given the response and a callback that answers too')
    } else if (functions.length === 1 && this.#canWrap(node) && (this.state.bits & SETTLED) === 0) {
      this.#wrapCallback(node, callbacks[0]!, functions[0]!)
    } else {
      this.#late(node, 'req, res or next is used in a callback that may run after the handler')
    }
  }

  /** A helper that answers instead of calling back would leave a promise of the callback open. */
  #mayAnswer(node: ts.CallExpression): boolean {
    if (this.draft.events.get(node)?.kind !== 'helper') return false
    const { truthy, falsy } = this.#helperSummary(node)
    return ((truthy | falsy) & SETTLED) !== 0
  }

  #isListener(node: ts.CallExpression): boolean {
    return this.draft.findings.some(
      (each) => (each.row === 'res.on' || each.row === 'res.once') && contains(node, each.node)
    )
  }

  /** A callback that runs at once, any number of times. */
  #repeat(fn: FunctionNode): void {
    const mode = this.#mode
    this.#mode = 'sync'
    for (let turn = 0; turn < 2; turn++) {
      const before = this.state
      const summary = this.#function(fn, before)
      this.state = join(before, state(summary.truthy | summary.falsy))
    }
    this.#mode = mode
  }

  #canWrap(node: ts.CallExpression): boolean {
    if (this.#mode !== 'waited') return false
    const { parent } = wrapOut(node)
    if (ts.isExpressionStatement(parent)) return isTail(parent)
    return ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body !== undefined)
  }

  /**
   * The last thing the handler does is to wait for one callback: the handler returns a promise
   * that settles when the callback has run. A callee that never calls back leaves the request
   * open, as it did before.
   */
  #wrapCallback(node: ts.CallExpression, callback: ts.Expression, fn: FunctionNode): void {
    const draft = this.draft
    const entry = this.state
    const summary = this.#function(fn, entry)
    const outcome = summary.truthy | summary.falsy
    if ((outcome & OPEN) !== 0) {
      draft.block(fn, 'a path of the callback ends without an answer')
      return
    }
    const done = draft.context.declares('done') ? 'fhDone' : 'done'
    const outer = wrapOut(node)
    const isStatement = ts.isExpressionStatement(outer.parent)
    const helper = draft.compat('whenCalled')
    draft.rewrite({ start: outer.getStart(), end: outer.end }, [
      `${isStatement ? 'return ' : ''}${helper}((${done}) => `,
      { start: outer.getStart(), end: outer.end },
      ')',
    ])
    draft.rewrite({ start: callback.getStart(), end: callback.end }, [
      `${done}(`,
      { start: callback.getStart(), end: callback.end },
      ')',
    ])
    draft.found(isTimer(node) ? 'timer' : 'callback', node)
    this.state = state(outcome)
    this.#promise = true
  }

  #new(node: ts.NewExpression): void {
    const [executor] = node.arguments ?? []
    const isPromise = node.expression.getText() === 'Promise'
    const fn = executor === undefined ? undefined : this.#functionBehind(executor)
    if (!isPromise || fn === undefined || !this.#touches(fn)) {
      this.children(node)
      this.throws |= this.state.bits
      return
    }
    // Reading the body inside a promise the handler waits for is sound; answering there is not
    // provable, because the promise may settle before.
    if (this.#hasEventInside(fn)) {
      this.#late(node, 'the answer is given inside a promise made by hand')
    } else if (!isAwaited(node) && !this.#isReturnedByHelper(node)) {
      this.draft.block(node, 'a promise that reads the request is not waited for')
    }
    this.throws |= this.state.bits
  }

  /** The answer may come from here, so no path after it is blamed for having none. */
  #late(node: ts.Node, reason: string): void {
    this.draft.block(node, reason)
    if (this.state.bits !== 0) this.state = state(ANSWERED)
  }

  #isReturnedByHelper(node: ts.Expression): boolean {
    const { parent } = wrapOut(node)
    if (ts.isReturnStatement(parent)) return true
    return ts.isArrowFunction(parent)
  }

  /** `a.then(f).catch(g)`: the callbacks run one after another, or not at all. */
  #promiseChain(node: ts.CallExpression): void {
    const access = node.expression as ts.PropertyAccessExpression
    const receiver = unwrap(access.expression)
    const outerThrows = this.throws
    this.throws = 0
    if (ts.isCallExpression(receiver) && promiseMethod(receiver) !== undefined) {
      this.#promiseChain(receiver)
    } else {
      this.throws |= this.state.bits
      this.visit(receiver)
    }
    const name = access.name.text
    const [first, second] = node.arguments
    const thrown = this.throws
    if (name === 'catch') {
      this.#handler(first, thrown)
    } else if (name === 'finally') {
      this.#continuation(first)
    } else {
      this.throws = 0
      this.#continuation(first)
      const inFirst = this.throws
      if (second !== undefined) {
        const after = this.state
        this.#handler(second, thrown)
        this.state = join(after, this.state)
        this.throws = inFirst
      } else {
        this.throws = inFirst | thrown
      }
    }
    this.throws |= outerThrows
  }

  /** A rejection handler: entered with everything that was true where an error could start. */
  #handler(argument: ts.Expression | undefined, thrown: number): void {
    const before = this.state
    this.state = state(thrown)
    this.throws = 0
    this.#continuation(argument)
    this.state = join(before, this.state)
  }

  #continuation(argument: ts.Expression | undefined): void {
    if (argument === undefined) return
    const inner = unwrap(argument)
    if (this.#isNext(inner)) {
      this.#apply({ kind: 'answer', promise: false }, inner, PASSED)
      return
    }
    const fn = this.#functionBehind(argument)
    if (fn === undefined) {
      this.visit(argument)
      return
    }
    if (!this.#touches(fn)) {
      if (!isHarmlessBody(fn)) this.throws |= this.state.bits
      return
    }
    const mode = this.#mode
    this.#mode = 'waited'
    const summary = this.#function(fn, this.state)
    this.#mode = mode
    this.state = state(summary.truthy | summary.falsy)
  }

  #isNext(node: ts.Node): boolean {
    return this.#candidate.uses.some((use) => use.role === 'next' && use.node === node)
  }

  #chainTouches(node: ts.CallExpression): boolean {
    let at: ts.Expression = node
    while (ts.isCallExpression(at) && promiseMethod(at) !== undefined) {
      const found = at.arguments.some(
        (argument) => this.#isTouchingFunction(argument) || this.#isNext(unwrap(argument))
      )
      if (found) return true
      at = unwrap((at.expression as ts.PropertyAccessExpression).expression)
    }
    if (!ts.isCallExpression(at)) return false
    const event = this.draft.events.get(at)
    if (event?.kind === 'helper' || (event?.kind === 'answer' && event.promise)) return true
    return this.#closureCalled(at) !== undefined
  }

  /** Makes sure the handler settles after `node` does, by a `return` where none is there. */
  #waitFor(node: ts.Expression, what: string, before = OPEN): void {
    this.#promise = true
    if (this.#mode === 'sync') {
      this.draft.block(node, `${what} is started in a loop and not waited for`)
      return
    }
    if (isAwaited(node)) return
    if ((before & SETTLED) !== 0) {
      this.draft.block(node, `${what} goes on after the answer`)
      return
    }
    const outer = wrapOut(node)
    const { parent } = outer
    if (ts.isExpressionStatement(parent) && isTail(parent)) {
      this.draft.giveBack(parent)
      return
    }
    if (
      ts.isVoidExpression(parent) &&
      ts.isExpressionStatement(parent.parent) &&
      isTail(parent.parent)
    ) {
      this.draft.rewrite({ start: parent.getStart(), end: outer.getStart() }, ['return '])
      return
    }
    this.draft.block(node, `${what} that answers is not waited for`)
  }

  #event(node: ts.Node): void {
    const event = this.draft.events.get(node)
    if (event === undefined || !('promise' in event || event.kind === 'next')) return
    if (event.kind === 'next') {
      if (this.#mode === 'sync') this.draft.block(node, 'next() is called in a loop')
      this.#promise = true
      if (this.#passesError(event.call)) this.#fail()
      else this.#apply({ kind: 'answer', promise: false }, node, PASSED)
      return
    }
    this.#apply(event, node, ANSWERED)
    if ('promise' in event && event.promise) this.#waitForAnswer(node)
  }

  /** `next(err)` after an answer: error handlers get to see it and cannot change what was sent. */
  #passesError({ arguments: [error] }: ts.CallExpression): boolean {
    if (error === undefined || ts.isStringLiteralLike(unwrap(error))) return false
    return this.#candidate.flavor === 'express' && (this.state.bits & SETTLED) === ANSWERED
  }

  #fail(): void {
    this.draft.answersAgain = true
    this.state = state(PASSED)
  }

  #waitForAnswer(node: ts.Node): void {
    if (ts.isExpression(node)) this.#waitFor(node, 'an answer that takes time')
  }

  #apply(event: FlowEvent, node: ts.Node, outcome: number): void {
    const { bits } = this.state
    if ((bits & SETTLED) === ANSWERED && this.#mayComeAgain(event)) {
      this.draft.answersAgain = true
      if ('again' in event && event.again === 'throws') this.throws |= ANSWERED
    } else if ((bits & ANSWERED) !== 0) {
      this.draft.answersAgain = true
      const what =
        outcome === PASSED
          ? 'next() is called'
          : event.kind === 'answer'
            ? 'a second answer is sent'
            : 'the answer is changed'
      this.draft.block(node, `${what} on a path that has answered already`)
    } else if ((bits & PASSED) !== 0) {
      this.draft.block(node, 'the answer is touched after next()')
    }
    if (event.kind === 'answer' && bits !== 0) this.state = state(outcome)
  }

  /** A second answer that is sent in any case is a mistake to look at, and one that may be is refused. */
  #mayComeAgain(event: FlowEvent): boolean {
    if (!this.#mindsAnswer(event)) return false
    return (this.state.bits & OPEN) !== 0 || ('again' in event && event.again === 'ignored')
  }

  #mindsAnswer(event: FlowEvent): boolean {
    return this.#candidate.flavor === 'express' && 'again' in event
  }

  /** Whether a helper or closure may be called on a path that has answered, as far as it is concerned. */
  #mayRunAgain(node: ts.CallExpression, closure: FunctionNode | undefined): boolean {
    if (this.#candidate.flavor !== 'express') return false
    if (closure === undefined) {
      const helper = this.#candidate.helperCalls.find((each) => each.call === node)
      if (helper === undefined || helper.parameter) return false
      return helper.targets.every((fn) => this.host.mindsAnswer(fn))
    }
    return [...this.draft.events].every(
      ([each, event]) => !contains(closure, each) || this.#mindsAnswer(event)
    )
  }

  #applyCall(
    node: ts.CallExpression,
    closure: FunctionNode | undefined,
    used: ts.Expression
  ): [FlowState, FlowState] {
    const summary =
      closure === undefined ? this.#helperSummary(node) : this.#closureSummary(closure)
    const { bits } = this.state
    const mayAct = ((summary.truthy | summary.falsy) & SETTLED) !== 0
    const isOpen = (bits & OPEN) !== 0
    const isSecond = (bits & SETTLED) === ANSWERED && mayAct
    if (isSecond && isOpen && this.#mayRunAgain(node, closure)) {
      this.draft.answersAgain = true
      this.throws |= ANSWERED
    } else if ((bits & SETTLED) !== 0 && mayAct) {
      this.draft.answersAgain = true
      this.draft.block(node, 'a helper may answer on a path that has answered already')
    }
    if (summary.promise) this.#waitFor(node, 'a helper', bits)
    if (summary.returnsAnswer && isValueUsed(used)) {
      this.draft.block(node, 'the result of an answering helper is used')
    }
    if (isReturned(used) && summary.returnsAnswer) this.returnsAnswer = true
    if (bits === 0) return [UNREACHABLE, UNREACHABLE]
    // A helper that leaves the answer open does not take back one that was given.
    const keep = bits & SETTLED
    const open = (bits & OPEN) !== 0
    const truthy = summary.truthy === 0 ? UNREACHABLE : state((open ? summary.truthy : 0) | keep)
    const falsy = summary.falsy === 0 ? UNREACHABLE : state((open ? summary.falsy : 0) | keep)
    this.state = join(truthy, falsy)
    return [truthy, falsy]
  }

  #helperSummary(node: ts.CallExpression): Summary {
    const helper = this.#candidate.helperCalls.find((each) => each.call === node)
    if (helper?.parameter === true) return HANDLER_SUMMARY
    const all = (helper?.targets ?? []).map((fn) => this.host.summaryOf(fn))
    return {
      truthy: all.reduce((bits, each) => bits | each.truthy, 0),
      falsy: all.reduce((bits, each) => bits | each.falsy, 0),
      promise: all.some((each) => each.promise),
      returnsAnswer: all.some((each) => each.returnsAnswer),
    }
  }

  #closureCalled(node: ts.CallExpression): FunctionNode | undefined {
    const callee = unwrap(node.expression)
    if (!ts.isIdentifier(callee)) return undefined
    const fn = this.#functionBehind(callee)
    return fn !== undefined && this.#touches(fn) ? fn : undefined
  }

  #closureSummary(fn: FunctionNode): Summary {
    const known = this.#closures.get(fn)
    if (known !== undefined) return known
    if (this.#closures.has(fn)) {
      this.draft.block(fn, 'a function of the handler calls itself')
      return { truthy: OPEN, falsy: OPEN, promise: false, returnsAnswer: false }
    }
    this.#closures.set(fn, undefined)
    const saved = { state: this.state, throws: this.throws, mode: this.#mode }
    this.#mode = 'waited'
    const summary = this.#function(fn, state(OPEN))
    this.state = saved.state
    this.throws = saved.throws
    this.#mode = saved.mode
    this.#closures.set(fn, summary)
    return summary
  }

  #isNamedClosure(node: ts.Node): boolean {
    if (ts.isFunctionDeclaration(node)) return true
    return ts.isExpression(node) && ts.isVariableDeclaration(wrapOut(node).parent)
  }

  readonly #touching = new Map<ts.Node, boolean>()

  /** Whether a nested function uses a role, itself or through another closure. */
  #touches(node: ts.Node): boolean {
    const known = this.#touching.get(node)
    if (known !== undefined) return known
    this.#touching.set(node, false)
    let found = this.#candidate.uses.some((use) => contains(node, use.node))
    if (!found) {
      walk(node, (each) => {
        if (found || !ts.isIdentifier(each) || !isReference(each)) return
        const fn = this.#functionBehind(each)
        if (fn !== undefined && fn !== node && this.#touches(fn)) found = true
      })
    }
    this.#touching.set(node, found)
    return found
  }

  #hasEventInside(fn: FunctionNode): boolean {
    let found = false
    walk(fn, (node) => {
      const event = this.draft.events.get(node)
      if (event !== undefined && event.kind !== 'responded') found = true
      if (ts.isCallExpression(node) && this.#closureCalled(node) !== undefined) found = true
    })
    return found
  }
}
