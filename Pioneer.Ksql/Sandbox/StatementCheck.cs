using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Sandbox;

// The check of one statement that was read without errors. What is not named here is refused.
internal sealed class StatementCheck(SandboxRequest request, string text, DiagnosticBag diagnostics)
{
    private SandboxTenant Tenant => request.Tenant;

    private SandboxLimits Limits => request.Limits;

    public CheckedStatement? Run(Statement statement)
    {
        switch (statement)
        {
            case QueryStatement { Query: var query }:
                return Select(query);
            case CreateAsSelect create:
                return CreateAs(create);
            case ListStatement or DescribeAll or DescribeSource or DescribeFunction or Explain when request.Mode != SandboxMode.Validate:
                diagnostics.Error(
                    "NotAQuery",
                    statement.Span,
                    $"Only queries can be {(request.Mode == SandboxMode.Deploy ? "deployed" : "previewed")}.",
                    "Write a SELECT .. EMIT CHANGES.");
                return null;
            case ListStatement { Subject: ListSubject.Streams or ListSubject.Tables or ListSubject.Functions, Extended: false }:
                return NotSent(StatementKind.Show, RelationSchema.Empty, []);
            case DescribeAll { Extended: false }:
                return NotSent(StatementKind.Describe, RelationSchema.Empty, []);
            case DescribeSource { Extended: false } describe:
                return Describe(describe);
            case DescribeFunction describe:
                return Describe(describe);
            case Explain { Statement: QueryStatement or CreateAsSelect } explain:
                return Run(explain.Statement!) is { } explained
                    ? NotSent(StatementKind.Explain, explained.ResultSchema, explained.Reads) with { Seedability = explained.Seedability }
                    : null;
            default:
                Refuse(statement);
                return null;
        }
    }

    private static CheckedStatement NotSent(StatementKind kind, RelationSchema schema, ImmutableArray<string> reads) =>
        new(kind, reads, [], "", schema, SeedabilityVerdict.NotAQuery, null);

    private void Refuse(Statement statement)
    {
        var words = string.Join(' ', KsqlPrinter.Print(statement).Split(' ').TakeWhile(w => w.All(char.IsAsciiLetterUpper)).Take(3));
        var hint = statement switch
        {
            InsertInto or CreateSource => "Write CREATE STREAM .. AS SELECT, or a SELECT and save it as a subscription.",
            PrintTopic => "Write SELECT * FROM .. EMIT CHANGES to see rows.",
            ListStatement or DescribeSource => "SHOW STREAMS, SHOW FUNCTIONS and DESCRIBE of your own streams are allowed.",
            ControlQuery or DropSource => "Subscriptions are paused, resumed and deleted on their page.",
            CreateType => "Write the type itself where you need it.",
            _ => "SELECT and CREATE STREAM .. AS SELECT are allowed; SHOW, DESCRIBE and EXPLAIN are checked only, and answered by the list of streams.",
        };
        diagnostics.Error("StatementNotAllowed", statement.Span, $"{(words.Length == 0 ? "This statement" : words)} is not allowed here.", hint);
    }

    private CheckedStatement? Describe(DescribeSource describe)
    {
        // The words are those of a query over an unknown source.
        if (request.Catalogue.Find(describe.Name.Text) is { } relation)
        {
            return NotSent(StatementKind.Describe, relation.Schema, [relation.Topic]);
        }

        UnknownNames.Report(describe.Name, request.Catalogue, diagnostics);
        return null;
    }

    private CheckedStatement? Describe(DescribeFunction describe)
    {
        if (FunctionCatalogue.Default.Find(describe.Name.Text) is not null)
        {
            return NotSent(StatementKind.Describe, RelationSchema.Empty, []);
        }

        diagnostics.Error("UnknownFunction", describe.Name.Span, $"Can't find any functions with the name '{describe.Name.Text}'");
        return null;
    }

    private CheckedStatement? Select(Query query)
    {
        if (query.Emit == EmitMode.None)
        {
            diagnostics.Error("PullQueryNotAllowed", new TextSpan(query.Span.Start, "SELECT".Length), "Pull queries are not available here.", "Add EMIT CHANGES at the end.");
            return null;
        }

        if (request.Mode == SandboxMode.Deploy && request.SubscriptionName is null)
        {
            diagnostics.Error("NameMissing", query.Span, "A SELECT needs a name to be deployed under.");
            return null;
        }

        var sink = request.SubscriptionName is null || request.Mode == SandboxMode.Preview ? null : NameRules.ObjectName(request.SubscriptionName);
        var analyzed = Analyze(query, request.Mode == SandboxMode.Deploy ? QueryUse.Persistent : QueryUse.Transient, sink);
        if (analyzed is null)
        {
            return null;
        }

        if (sink is not null)
        {
            NameRules.CheckNew(sink, default, request.Catalogue, analyzed.Source, mayExist: true, Limits.NameLength, diagnostics);
        }

        var persistent = request.Mode == SandboxMode.Deploy ? analyzed : WouldDeploy(query, sink);
        var rewritten = KsqlPrinter.Print(QueryRewriter.Rewrite(analyzed, ObjectOf(analyzed.Source)));
        return Checked(StatementKind.Select, analyzed, sink, rewritten, persistent is null ? null : Deployable(persistent));
    }

    // What keeps a query from being deployed does not keep it from being looked at: the editor shows it as a warning.
    private AnalyzedQuery? WouldDeploy(Query query, string? sink)
    {
        var result = QueryAnalyzer.Analyze(query, request.Catalogue, text, QueryUse.Persistent, sink, request.Analysis);
        if (request.Mode == SandboxMode.Validate)
        {
            foreach (var diagnostic in result.Diagnostics)
            {
                diagnostics.Add(diagnostic with { Severity = Severity.Warning, Message = $"Can be previewed, but not deployed: {diagnostic.Message}" });
            }
        }

        return result.Query;
    }

    private CheckedStatement? CreateAs(CreateAsSelect create)
    {
        PropertyRules.CheckWith(create.Properties, diagnostics);
        var name = create.Name.Text;
        if (request.SubscriptionName is { } saved && NameRules.ObjectName(saved) != name)
        {
            diagnostics.Error("NameMismatch", create.Name.Span, $"The statement creates {Shorten(name)}, but is saved as '{Shorten(saved)}'.", "Use one name for both.");
        }

        var analyzed = Analyze(create.Query, QueryUse.Persistent, name);
        if (analyzed is null)
        {
            return null;
        }

        var mayExist = create.OrReplace || create.IfNotExists || request.SubscriptionName is not null;
        NameRules.CheckNew(name, create.Name.Span, request.Catalogue, analyzed.Source, mayExist, Limits.NameLength, diagnostics);
        if (create.Kind == SourceKind.Table != (analyzed.ResultKind == RelationKind.Table))
        {
            var (is_, not) = analyzed.ResultKind == RelationKind.Table ? ("TABLE", "STREAM") : ("STREAM", "TABLE");
            diagnostics.Error(
                "WrongResultKind",
                create.Name.Span,
                $"Invalid result type. Your SELECT query produces a {is_}. Please use CREATE {is_} AS SELECT statement instead.",
                $"Write {is_} instead of {not}.");
        }
        else if (create.Kind == SourceKind.Table && !request.Capabilities.Has(QueryFeature.TableResults))
        {
            diagnostics.Error("NotSupportedYet", create.Name.Span, "CREATE TABLE AS SELECT is not supported yet by this release.");
        }

        if (diagnostics.HasErrors)
        {
            return null;
        }

        var select = QueryRewriter.Rewrite(analyzed, ObjectOf(analyzed.Source));
        var rewritten = request.Mode == SandboxMode.Preview ? KsqlPrinter.Print(Push(select)) : KsqlPrinter.Print(Sink(create, name, select));
        return Checked(StatementKind.CreateAsSelect, analyzed, request.Mode == SandboxMode.Preview ? null : name, rewritten, Deployable(analyzed));
    }

    private static Query Push(Query select) => select with { Emit = EmitMode.Changes };

    private CreateAsSelect Sink(CreateAsSelect create, string name, Query select) => create with
    {
        Name = new Identifier(Tenant.ObjectPrefix + name),
        Properties =
        [
            new WithProperty(new Identifier("KAFKA_TOPIC"), new StringLiteral(NameRules.DeliveryTopic(Tenant, name))),
            new WithProperty(new Identifier("KEY_FORMAT"), new StringLiteral("JSON")),
            new WithProperty(new Identifier("VALUE_FORMAT"), new StringLiteral("JSON")),
        ],
        Query = Push(select),
    };

    private AnalyzedQuery? Analyze(Query query, QueryUse use, string? sink)
    {
        var result = QueryAnalyzer.Analyze(query, request.Catalogue, text, use, sink, request.Analysis);
        foreach (var diagnostic in result.Diagnostics)
        {
            diagnostics.Add(diagnostic);
        }

        if (result.Query is not { } analyzed)
        {
            return null;
        }

        if (analyzed.Projection.Length > Limits.Columns)
        {
            diagnostics.Error("LimitExceeded", query.Select[0].Span, $"A result has at most {Limits.Columns} columns; this one has {analyzed.Projection.Length}.");
            return null;
        }

        // Each column of expression->* repeats the expression.
        var length = analyzed.Projection.Where(p => p.Syntax is StructFieldExpression).Sum(p => (long)((StructFieldExpression)p.Syntax).Operand.Span.Length);
        if (length > Limits.TextLength)
        {
            diagnostics.Error("LimitExceeded", query.Select[0].Span, "Written out, the columns of the structs are too long.", "Select the fields you need.");
            return null;
        }

        var cost = new CostRules(Limits, diagnostics);
        foreach (var column in analyzed.Projection)
        {
            cost.Check(column.Expression);
        }

        if (analyzed.Filter is not null)
        {
            cost.Check(analyzed.Filter);
        }

        return diagnostics.HasErrors ? null : analyzed;
    }

    private string ObjectOf(Relation relation) => Tenant.ObjectPrefix + relation.Name;

    private DeployableQuery Deployable(AnalyzedQuery query) => new(
        query.ResultSchema,
        ObjectOf(query.Source),
        query.Source.Topic,
        source => KsqlPrinter.Print(Push(QueryRewriter.Rewrite(query, source))));

    private CheckedStatement? Checked(StatementKind kind, AnalyzedQuery query, string? sink, string rewritten, DeployableQuery? deployable)
    {
        // What is sent must say what was checked. This holds by the printer's property test; a fence has a second post all the same.
        if (KsqlParser.Parse(rewritten) is not { Diagnostics.IsEmpty: true, Statements.Length: 1 })
        {
            diagnostics.Error("NotUnderstood", query.Syntax.Span, "The statement can't be written for ksqlDB.", "Use simpler names.");
        }

        return diagnostics.HasErrors
            ? null
            : new CheckedStatement(
                kind,
                [query.Source.Topic],
                sink is null ? [] : [NameRules.DeliveryTopic(Tenant, sink)],
                rewritten + ";", // ksqlDB takes nothing without
                query.ResultSchema,
                SeedabilityJudge.Judge(query.Syntax, request.Catalogue),
                deployable);
    }

    private static string Shorten(string name) => name.Length > 80 ? name[..80] + ".." : name;
}
