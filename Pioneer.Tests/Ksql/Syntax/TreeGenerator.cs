using CsCheck;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Tests.Ksql.Syntax;

/// <summary>Random trees of everything that can stand in a query.</summary>
public static class TreeGenerator
{
    private static readonly Gen<Identifier> Name = Gen.OneOfConst("A", "AMOUNT", "SELECT", "lower", "with space", "DAY", "EMIT", "1A", "ID", "KEY", "TIME", "TYPE", "q`t", "é", "ROWTIME")
        .Select(n => new Identifier(n));

    private static readonly Gen<Identifier> SourceName = Gen.OneOfConst("PAYMENTS", "balances", "A-B", "KEY").Select(n => new Identifier(n));

    private static readonly Gen<TimeUnit> Unit = Gen.Enum<TimeUnit>();

    private static readonly Gen<DurationSyntax> Duration = Gen.Select(Gen.Long[0, 100], Unit, (n, u) => new DurationSyntax(n, u));

    private static readonly Gen<Literal> AnyLiteral = Gen.OneOf<Literal>(
        Gen.Const(() => (Literal)new NullLiteral()),
        Gen.Bool.Select(b => (Literal)new BooleanLiteral(b)),
        Gen.Long.Select(v => (Literal)new IntegerLiteral(v)),
        Gen.OneOfConst("1.5", "-2.50", ".5", "3.", "7").Select(t => (Literal)new DecimalLiteral(t)),
        Gen.OneOfConst("1E3", "-2.5e-7").Select(t => (Literal)new DoubleLiteral(double.Parse(t, System.Globalization.CultureInfo.InvariantCulture), t)),
        Gen.OneOfConst("", "it's", "a\nb", "--", "/*", "${x", "ü").Select(t => (Literal)new StringLiteral(t)));

    private static readonly Gen<TypeSyntax> AnyType = Gen.Recursive<TypeSyntax>((depth, type) => depth > 3
        ? Gen.OneOfConst("INTEGER", "BIGINT", "STRING", "MY_TYPE", "mine").Select(n => (TypeSyntax)new NamedType(new Identifier(n), []))
        : Gen.OneOf<TypeSyntax>(
            Gen.Const(() => (TypeSyntax)new DecimalType(4, 2)),
            type.Select(t => (TypeSyntax)new ArrayType(t)),
            Gen.Select(type, type, (k, v) => (TypeSyntax)new MapType(k, v)),
            Gen.Select(Name, type).Array[0, 3].Select(f => (TypeSyntax)new StructType([.. f.Select(x => new StructTypeField(x.Item1, x.Item2))]))));

    /// <summary>Any expression.</summary>
    public static Gen<Expression> AnyExpression { get; } = Gen.Recursive<Expression>((depth, e) => depth > 4 ? Leaf() : Gen.OneOf(Leaf(), Composite(e), Predicate(e)));

    /// <summary>Any query.</summary>
    public static Gen<Query> AnyQuery { get; } =
        from items in Item().Array[1, 3]
        from source in Source()
        from joins in Join().Array[0, 2]
        from window in Window().Null()
        from lists in Gen.Select(AnyExpression.Null(), AnyExpression.Array[0, 2], AnyExpression.Array[0, 2], AnyExpression.Null())
        from emit in Gen.Enum<EmitMode>()
        from limit in Gen.Long[0, 9].Nullable()
        select new Query(
            [.. items],
            new FromClause(source, [.. joins]),
            window,
            lists.Item1,
            [.. lists.Item2],
            [.. lists.Item3],
            lists.Item4,
            emit,
            limit is { } n ? new LimitClause(n) : null);

    private static Gen<Expression> Leaf() => Gen.OneOf<Expression>(
        AnyLiteral.Select(l => (Expression)l),
        Gen.Select(Name.Null(), Name, (s, n) => (Expression)new ColumnReference(s, n)),
        Name.Select(n => (Expression)new FunctionCall(n, [], IsStar: true)));

    private static Gen<Expression> Composite(Gen<Expression> e) => Gen.OneOf<Expression>(
        Gen.Select(Gen.Enum<UnaryOperator>(), e, (o, x) => (Expression)new UnaryExpression(o, x)),
        Gen.Select(Gen.Enum<BinaryOperator>(), e, e, (o, l, r) => (Expression)new BinaryExpression(o, l, r)),
        Gen.Select(Gen.Enum<LogicalOperator>(), e.Array[2, 3], (o, x) => (Expression)new LogicalExpression(o, [.. x])),
        e.Select(x => (Expression)new NotExpression(x)),
        Gen.Select(e, e, (x, i) => (Expression)new SubscriptExpression(x, i)),
        Gen.Select(e, Name, (x, f) => (Expression)new StructFieldExpression(x, f)),
        e.Select(x => (Expression)new AtTimeZoneExpression(x, "UTC")),
        Gen.Select(e, AnyType, (x, t) => (Expression)new CastExpression(x, t)),
        e.Array[0, 2].Select(x => (Expression)new ArrayExpression([.. x])),
        Gen.Select(e, e).Array[0, 2].Select(x => (Expression)new MapExpression([.. x.Select(p => new MapEntry(p.Item1, p.Item2))])),
        Gen.Select(Name, e).Array[0, 2].Select(x => (Expression)new StructExpression([.. x.Select(p => new StructEntry(p.Item1, p.Item2))])),
        Gen.Select(e.Null(), Gen.Select(e, e).Array[1, 2], e.Null(), Case),
        Gen.Select(Name, e.Array[1, 2], Gen.Select(Name.Array[1, 3], e).Array[0, 2], Call),
        Gen.Select(Name, e, (n, x) => (Expression)new FunctionCall(n, [new IntervalUnitExpression(TimeUnit.Days), x], IsStar: false)));

    private static Expression Case(Expression? operand, (Expression, Expression)[] whens, Expression? otherwise) =>
        new CaseExpression(operand, [.. whens.Select(w => new WhenClause(w.Item1, w.Item2))], otherwise);

    private static Expression Call(Identifier name, Expression[] values, (Identifier[], Expression)[] lambdas) =>
        new FunctionCall(name, [.. values, .. lambdas.Select(l => new LambdaExpression([.. l.Item1], l.Item2))], IsStar: false);

    private static Gen<Expression> Predicate(Gen<Expression> e) => Gen.OneOf<Expression>(
        Gen.Select(Gen.Enum<ComparisonOperator>(), e, e, (o, l, r) => (Expression)new ComparisonExpression(o, l, r)),
        Gen.Select(e, Gen.Bool, e, e, (x, n, l, u) => (Expression)new BetweenExpression(x, n, l, u)),
        Gen.Select(e, Gen.Bool, e.Array[1, 3], (x, n, v) => (Expression)new InExpression(x, n, [.. v])),
        Gen.Select(e, Gen.Bool, e, Gen.OneOfConst<char?>(null, '!', '\''), (x, n, p, c) => (Expression)new LikeExpression(x, n, p, c)),
        Gen.Select(e, Gen.Bool, (x, n) => (Expression)new IsNullExpression(x, n)));

    private static Gen<SelectItem> Item() => Gen.OneOf<SelectItem>(
        Name.Null().Select(s => (SelectItem)new SelectAll(s)),
        AnyExpression.Select(e => (SelectItem)new SelectStructAll(e)),
        Gen.Select(AnyExpression, Name.Null(), (e, a) => (SelectItem)new SelectExpression(e, a)));

    private static Gen<SourceReference> Source() => Gen.Select(SourceName, SourceName.Null(), (n, a) => new SourceReference(n, a));

    private static Gen<JoinClause> Join() =>
        from kind in Gen.Enum<JoinKind>()
        from source in Source()
        from within in Gen.Select(Duration, Duration, Duration.Null(), (b, a, g) => new WithinClause(b, a, g)).Null()
        from criteria in AnyExpression
        select new JoinClause(kind, source, within, criteria);

    private static Gen<WindowClause> Window() => Gen.Select(Duration, Duration, Duration.Null(), Duration.Null()).SelectMany(d => Gen.OneOfConst<WindowClause>(
        new TumblingWindow(d.Item1, d.Item3, d.Item4),
        new HoppingWindow(d.Item1, d.Item2, d.Item3, d.Item4),
        new SessionWindow(d.Item1, d.Item3, d.Item4)));
}
