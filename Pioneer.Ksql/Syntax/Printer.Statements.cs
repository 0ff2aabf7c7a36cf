namespace Pioneer.Ksql.Syntax;

internal sealed partial class Printer
{
    private void Query(Query query)
    {
        Write("SELECT ");
        List(query.Select, SelectItem);
        Write(" FROM ");
        From(query.From);
        if (query.Window is not null)
        {
            Write(" WINDOW ");
            Window(query.Window);
        }

        Clause(" WHERE ", query.Where);
        Grouping(" GROUP BY ", query.GroupBy);
        if (query.HasEmptyPartitionBy)
        {
            Write(" PARTITION BY ()");
        }

        Grouping(" PARTITION BY ", query.PartitionBy);
        Clause(" HAVING ", query.Having);
        Write(query.Emit switch
        {
            EmitMode.Changes => " EMIT CHANGES",
            EmitMode.Final => " EMIT FINAL",
            _ => "",
        });
        if (query.Limit is not null)
        {
            Write($" LIMIT {KsqlPrinter.PrintNumber(query.Limit.Count)}");
        }
    }

    private void Clause(string words, Expression? expression)
    {
        if (expression is not null)
        {
            Write(words);
            Expression(expression);
        }
    }

    private void Grouping(string words, SyntaxList<Expression> expressions)
    {
        if (expressions.Count > 0)
        {
            Write(words);
            List(expressions, e => Expression(e, ConcatLevel));
        }
    }

    private void SelectItem(SelectItem item)
    {
        switch (item)
        {
            case SelectAll { Source: var source }:
                Qualifier(source);
                Write("*");
                break;
            case SelectStructAll { Struct: var value }:
                Expression(value, PrimaryLevel);
                Write("->*");
                break;
            case SelectExpression { Expression: var expression, Alias: var alias }:
                Expression(expression);
                if (alias is not null)
                {
                    Write(" AS ");
                    Name(alias);
                }

                break;
        }
    }

    private void From(FromClause from)
    {
        Source(from.Source);
        foreach (var join in from.Joins)
        {
            Write(join.Kind switch
            {
                JoinKind.Left => " LEFT JOIN ",
                JoinKind.Right => " RIGHT JOIN ",
                JoinKind.Full => " FULL JOIN ",
                _ => " JOIN ",
            });
            Source(join.Source);
            if (join.Within is not null)
            {
                Within(join.Within);
            }

            Write(" ON ");
            Expression(join.Criteria);
        }
    }

    private void Source(SourceReference source)
    {
        Name(source.Name);
        if (source.Alias is not null)
        {
            Write(" AS ");
            Name(source.Alias);
        }
    }

    private void Within(WithinClause within)
    {
        Write(" WITHIN ");
        if (within.Before == within.After)
        {
            Duration(within.Before);
        }
        else
        {
            Write("(");
            Duration(within.Before);
            Write(", ");
            Duration(within.After);
            Write(")");
        }

        Optional(" GRACE PERIOD ", within.Grace);
    }

    private void Duration(DurationSyntax duration)
    {
        Write($"{KsqlPrinter.PrintNumber(duration.Amount)} ");
        Unit(duration.Unit);
    }

    private void Optional(string words, DurationSyntax? duration)
    {
        if (duration is not null)
        {
            Write(words);
            Duration(duration);
        }
    }

    private void Window(WindowClause window)
    {
        switch (window)
        {
            case TumblingWindow tumbling:
                Write("TUMBLING (SIZE ");
                Duration(tumbling.Size);
                break;
            case HoppingWindow hopping:
                Write("HOPPING (SIZE ");
                Duration(hopping.Size);
                Write(", ADVANCE BY ");
                Duration(hopping.Advance);
                break;
            case SessionWindow session:
                Write("SESSION (");
                Duration(session.Gap);
                break;
        }

        Optional(", RETENTION ", window.Retention);
        Optional(", GRACE PERIOD ", window.Grace);
        Write(")");
    }

    private void Statement(Statement statement)
    {
        switch (statement)
        {
            case QueryStatement { Query: var query }:
                Query(query);
                break;
            case CreateSource create:
                Create(create);
                break;
            case CreateAsSelect create:
                CreateHead(create.Kind, create.OrReplace, false, create.IfNotExists, create.Name);
                Properties(create.Properties);
                Write(" AS ");
                Query(create.Query);
                break;
            case InsertInto insert:
                Write("INSERT INTO ");
                Name(insert.Target);
                Properties(insert.Properties);
                Write(" ");
                Query(insert.Query);
                break;
            case InsertValues insert:
                InsertValues(insert);
                break;
            case ListStatement list:
                ListStatement(list);
                break;
            case DropSource or AlterSource or CreateType or DropType or CreateConnector or DropConnector:
                Definition(statement);
                break;
            default:
                Command(statement);
                break;
        }
    }

    private static string Word(SourceKind kind) => kind == SourceKind.Stream ? "STREAM" : "TABLE";

    private void CreateHead(SourceKind kind, bool orReplace, bool isSource, bool ifNotExists, Identifier name)
    {
        Write($"CREATE {(orReplace ? "OR REPLACE " : "")}{(isSource ? "SOURCE " : "")}{Word(kind)} {(ifNotExists ? "IF NOT EXISTS " : "")}");
        Name(name);
    }

    private void Create(CreateSource create)
    {
        CreateHead(create.Kind, create.OrReplace, create.IsReadOnlySource, create.IfNotExists, create.Name);
        if (create.Elements.Count > 0)
        {
            Write(" (");
            List(create.Elements, Column);
            Write(")");
        }

        Properties(create.Properties);
    }

    private void Column(ColumnDefinition column)
    {
        Name(column.Name);
        Write(" ");
        Type(column.Type);
        switch (column.Constraint)
        {
            case ColumnConstraint.Key:
                Write(" KEY");
                break;
            case ColumnConstraint.PrimaryKey:
                Write(" PRIMARY KEY");
                break;
            case ColumnConstraint.Headers:
                Write(" HEADERS");
                break;
            case ColumnConstraint.Header:
                Write(" HEADER(");
                String(column.Header ?? "");
                Write(")");
                break;
        }
    }

    private void Properties(SyntaxList<WithProperty> properties)
    {
        if (properties.Count > 0)
        {
            Write(" WITH (");
            List(properties, Property);
            Write(")");
        }
    }

    private void Property(WithProperty property)
    {
        // A quoted spelling such as 'connector.class' reads back the same from a string; back quotes would too, but look odd here.
        var name = KsqlPrinter.PrintName(property.Name.Text);
        Write(name.StartsWith('`') ? KsqlPrinter.PrintString(property.Name.Text) : name);
        Write("=");
        Literal(property.Value);
    }

    private void InsertValues(InsertValues insert)
    {
        Write("INSERT INTO ");
        Name(insert.Target);
        if (insert.Columns.Count > 0)
        {
            Write(" (");
            List(insert.Columns, Name);
            Write(")");
        }

        Write(" VALUES (");
        List(insert.Values, v => Expression(v, ConcatLevel));
        Write(")");
    }

    private void ListStatement(ListStatement list)
    {
        Write("SHOW ");
        Write(list.All ? "ALL " : "");
        Write(list.Direction switch
        {
            ConnectorDirection.Source => "SOURCE ",
            ConnectorDirection.Sink => "SINK ",
            _ => "",
        });
        Write(list.Subject == ListSubject.ConnectorPlugins ? "CONNECTOR PLUGINS" : list.Subject.ToString().ToUpperInvariant());
        Extended(list.Extended);
    }

    private void Extended(bool extended) => Write(extended ? " EXTENDED" : "");

    private void Definition(Statement statement)
    {
        switch (statement)
        {
            case DropSource drop:
                Write($"DROP {Word(drop.Kind)} {(drop.IfExists ? "IF EXISTS " : "")}");
                Name(drop.Name);
                Write(drop.DeleteTopic ? " DELETE TOPIC" : "");
                break;
            case AlterSource alter:
                Write($"ALTER {Word(alter.Kind)} ");
                Name(alter.Name);
                Write(" ");
                List(alter.Additions, addition =>
                {
                    Write("ADD COLUMN ");
                    Name(addition.Name);
                    Write(" ");
                    Type(addition.Type);
                });
                break;
            case CreateType create:
                Write($"CREATE TYPE {(create.IfNotExists ? "IF NOT EXISTS " : "")}");
                Name(create.Name);
                Write(" AS ");
                Type(create.Type);
                break;
            case DropType drop:
                Write($"DROP TYPE {(drop.IfExists ? "IF EXISTS " : "")}");
                Name(drop.Name);
                break;
            case CreateConnector create:
                Write($"CREATE {create.Direction.ToString().ToUpperInvariant()} CONNECTOR {(create.IfNotExists ? "IF NOT EXISTS " : "")}");
                Name(create.Name);
                Properties(create.Properties);
                break;
            case DropConnector drop:
                Write($"DROP CONNECTOR {(drop.IfExists ? "IF EXISTS " : "")}");
                Name(drop.Name);
                break;
        }
    }

    private void Command(Statement statement)
    {
        switch (statement)
        {
            case ControlQuery control:
                Write($"{control.Action.ToString().ToUpperInvariant()} ");
                NameOr(control.QueryId, "ALL");
                break;
            case Explain { Statement: { } explained }:
                Write("EXPLAIN ");
                Statement(explained);
                break;
            case Explain { QueryId: { } id }:
                Write("EXPLAIN ");
                Name(id);
                break;
            case DescribeSource describe:
                Write("DESCRIBE ");
                Name(describe.Name);
                Extended(describe.Extended);
                break;
            case DescribeAll describe:
                Write($"DESCRIBE {Word(describe.Kind)}S");
                Extended(describe.Extended);
                break;
            case DescribeFunction { Name: var name }:
                Write("DESCRIBE FUNCTION ");
                Name(name);
                break;
            case DescribeConnector { Name: var name }:
                Write("DESCRIBE CONNECTOR ");
                Name(name);
                break;
            case PrintTopic print:
                Print(print);
                break;
            case AssertTopic or AssertSchema:
                Assert(statement);
                break;
            default:
                Setting(statement);
                break;
        }
    }

    private void NameOr(Identifier? name, string otherwise)
    {
        if (name is null)
        {
            Write(otherwise);
        }
        else
        {
            Name(name);
        }
    }

    private void Print(PrintTopic print)
    {
        Write("PRINT ");
        String(print.Topic.Text);
        Write(print.FromBeginning ? " FROM BEGINNING" : "");
        Write(print.Interval is { } interval ? $" INTERVAL {KsqlPrinter.PrintNumber(interval)}" : "");
        Write(print.Limit is { } limit ? $" LIMIT {KsqlPrinter.PrintNumber(limit)}" : "");
    }

    private void Assert(Statement statement)
    {
        switch (statement)
        {
            case AssertTopic topic:
                Write($"ASSERT {(topic.NotExists ? "NOT EXISTS " : "")}TOPIC ");
                String(topic.Topic.Text);
                Properties(topic.Properties);
                Optional(" TIMEOUT ", topic.Timeout);
                break;
            case AssertSchema schema:
                Write($"ASSERT {(schema.NotExists ? "NOT EXISTS " : "")}SCHEMA");
                Write(schema.Subject is { } subject ? $" SUBJECT {KsqlPrinter.PrintString(subject.Text)}" : "");
                Write(schema.Id is { } id ? $" ID {KsqlPrinter.PrintNumber(id)}" : "");
                Optional(" TIMEOUT ", schema.Timeout);
                break;
        }
    }

    private void Setting(Statement statement)
    {
        switch (statement)
        {
            case SetProperty { Name: var name, Value: var value }:
                Write($"SET {KsqlPrinter.PrintString(name)}={KsqlPrinter.PrintString(value)}");
                break;
            case UnsetProperty { Name: var name }:
                Write($"UNSET {KsqlPrinter.PrintString(name)}");
                break;
            case AlterSystem { Name: var name, Value: var value }:
                Write($"ALTER SYSTEM {KsqlPrinter.PrintString(name)}={KsqlPrinter.PrintString(value)}");
                break;
            case DefineVariable { Name: var name, Value: var value }:
                Write("DEFINE ");
                Name(name);
                Write($" = {KsqlPrinter.PrintString(value)}");
                break;
            case UndefineVariable { Name: var name }:
                Write("UNDEFINE ");
                Name(name);
                break;
        }
    }
}
