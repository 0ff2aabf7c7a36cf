using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// The SELECT list: what * stands for, the names that columns without an alias get, and which of them are keys.
internal sealed class ProjectionAnalysis(
    Query query,
    Relation source,
    ImmutableArray<string> qualifiers,
    ExpressionBinder binder,
    QueryUse use,
    DiagnosticBag diagnostics)
{
    private const int MaxColumns = 10_000;

    private readonly ImmutableArray<ProjectedColumn>.Builder _columns = ImmutableArray.CreateBuilder<ProjectedColumn>();
    private readonly HashSet<string> _taken = [.. source.Schema.Columns.Select(c => c.Name)];
    private readonly Dictionary<string, int> _suffixes = [];
    private int _nextGenerated;

    public ImmutableArray<ProjectedColumn> Run()
    {
        foreach (var item in query.Select.OfType<SelectExpression>())
        {
            if (item.Alias is { } alias)
            {
                _taken.Add(alias.Text);
            }
        }

        foreach (var item in query.Select)
        {
            if (diagnostics.IsFull)
            {
                break;
            }

            Add(item);
            if (_columns.Count >= MaxColumns)
            {
                diagnostics.Error("LimitExceeded", item.Span, $"The projection has {MaxColumns} columns or more.");
                break;
            }
        }

        foreach (var twice in _columns.GroupBy(c => c.Column.Name).Where(g => g.Count() > 1 && !g.All(c => c.Column.IsKey)))
        {
            diagnostics.Error(
                "DuplicateColumn",
                twice.Last().Expression.Span,
                $"The projection has more than one column called `{twice.Key}`.",
                "Give one of them another name with AS.");
        }

        return _columns.ToImmutable();
    }

    private void Add(SelectItem item)
    {
        switch (item)
        {
            case SelectAll { Source: { } qualifier } when !qualifiers.Contains(qualifier.Text):
                diagnostics.Error(
                    "UnknownSource",
                    qualifier.Span,
                    $"'{qualifier.Text}' is not a valid stream/table name or alias.",
                    $"The source is called {KsqlPrinter.PrintName(qualifiers[0])} in this query.");
                break;
            case SelectAll:
                AddAll(item);
                break;
            case SelectStructAll { Struct: var expression }:
                AddFields(item, expression);
                break;
            case SelectExpression single:
                AddExpression(single);
                break;
        }
    }

    private void AddAll(SelectItem item)
    {
        // Columns out of the headers come last, wherever they were declared.
        foreach (var (i, column) in source.Schema.Columns.Index().OrderBy(c => c.Item.Role == ColumnRole.Headers))
        {
            var reference = new ColumnReference(null, new Identifier(column.Name));
            Add(column.Name, new BoundColumn(i, column.Name, column.Type) { Span = item.Span }, reference);
        }
    }

    private void AddFields(SelectItem item, Expression expression)
    {
        var bound = binder.Bind(expression, "SELECT");
        if (bound is null)
        {
            return;
        }

        if (bound.Type is not SqlStruct type)
        {
            diagnostics.Error("NotAStruct", item.Span, $"{KsqlPrinter.Print(expression)} ({bound.Type?.ToString() ?? "null"}) has no fields: only structs do.");
            return;
        }

        for (var i = 0; i < type.Fields.Length; i++)
        {
            var (name, fieldType) = type.Fields[i];
            var reference = new StructFieldExpression(expression, new Identifier(name));
            Add(name, new BoundStructField(bound, i, name, fieldType) { Span = item.Span }, reference);
        }
    }

    private void AddExpression(SelectExpression item)
    {
        var bound = binder.Bind(item.Expression, "SELECT");
        if (bound is null)
        {
            return;
        }

        if (bound.Type is null)
        {
            diagnostics.Error("UntypedNull", item.Expression.Span, "NULL has no type of its own.", "CAST(NULL AS STRING), for example, has.");
            return;
        }

        var name = item.Alias?.Text ?? NameFor(item.Expression);
        if (use == QueryUse.Persistent && PseudoColumns.Reserved.Contains(name))
        {
            var message = item.Alias is null
                ? $"Reserved column name in select: `{name}`. Please remove or alias the column."
                : $"`{name}` is a reserved column name. You cannot use it as an alias for a column.";
            diagnostics.Error("ReservedColumn", (item.Alias ?? (SyntaxNode)item).Span, message);
            return;
        }

        Add(name, bound, item.Expression);
    }

    private string NameFor(Expression expression)
    {
        switch (expression)
        {
            case ColumnReference column:
                return column.Name.Text;
            case StructFieldExpression field:
                return FreeName(field.Field.Text);
            default:
                string generated;
                do
                {
                    generated = $"KSQL_COL_{_nextGenerated++}";
                }
                while (!_taken.Add(generated));
                return generated;
        }
    }

    private string FreeName(string name)
    {
        var free = name;
        _suffixes.TryGetValue(name, out var suffix);
        while (!_taken.Add(free))
        {
            free = $"{name}_{++suffix}";
        }

        _suffixes[name] = suffix;
        return free;
    }

    private void Add(string name, BoundExpression expression, Expression syntax)
    {
        if (_columns.Count >= MaxColumns)
        {
            return; // said by Run
        }

        var role = expression is BoundColumn column && column.Index < source.Schema.Columns.Length
            ? source.Schema.Columns[column.Index].Role
            : ColumnRole.Value;
        _columns.Add(new ProjectedColumn(new Column(name, expression.Type!, role == ColumnRole.Headers ? ColumnRole.Value : role), expression, syntax));
    }
}
