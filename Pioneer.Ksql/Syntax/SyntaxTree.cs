namespace Pioneer.Ksql.Syntax;

/// <summary>Walks trees.</summary>
public static class SyntaxTree
{
    /// <summary>The node and everything below it, each node before its children. Does not recurse, whatever the depth.</summary>
    public static IEnumerable<SyntaxNode> DescendantsAndSelf(SyntaxNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var stack = new Stack<SyntaxNode>();
        stack.Push(node);
        while (stack.TryPop(out var next))
        {
            yield return next;
            if (next is not (Identifier or Literal))
            {
                PushBackwards(stack, Children(next));
            }
        }
    }

    private static void PushBackwards(Stack<SyntaxNode> stack, IEnumerable<SyntaxNode> children)
    {
        if (children is not SyntaxNode[] array)
        {
            foreach (var child in children.Reverse())
            {
                stack.Push(child);
            }

            return;
        }

        for (var i = array.Length - 1; i >= 0; i--)
        {
            stack.Push(array[i]);
        }
    }

    /// <summary>What stands directly below a node, in the order of the text (names of the node itself included).</summary>
    public static IEnumerable<SyntaxNode> Children(SyntaxNode node) => node switch
    {
        Expression expression => OfExpression(expression),
        Statement statement => OfStatement(statement),
        Query q => Some([.. q.Select, q.From, q.Window, q.Where, .. q.GroupBy, .. q.PartitionBy, q.Having, q.Limit]),
        SelectExpression item => item.Alias is null ? (SyntaxNode[])[item.Expression] : [item.Expression, item.Alias],
        SelectAll item => Some([item.Source]),
        SelectStructAll item => [item.Struct],
        FromClause from => [from.Source, .. from.Joins],
        SourceReference source => Some([source.Name, source.Alias]),
        JoinClause join => Some([join.Source, join.Within, join.Criteria]),
        WithinClause within => Some([within.Before, within.After, within.Grace]),
        TumblingWindow window => Some([window.Size, window.Retention, window.Grace]),
        HoppingWindow window => Some([window.Size, window.Advance, window.Retention, window.Grace]),
        SessionWindow window => Some([window.Gap, window.Retention, window.Grace]),
        WhenClause branch => [branch.Condition, branch.Result],
        MapEntry entry => [entry.Key, entry.Value],
        StructEntry entry => [entry.Name, entry.Value],
        ColumnDefinition column => [column.Name, column.Type],
        WithProperty property => [property.Name, property.Value],
        AddColumn addition => [addition.Name, addition.Type],
        TypeSyntax type => OfType(type),
        StructTypeField field => [field.Name, field.Type],
        _ => [],
    };

    /// <summary>
    /// The expressions directly below an expression, whatever stands between (branches of CASE, entries of maps and structs).
    /// </summary>
    public static IEnumerable<Expression> DirectExpressions(Expression expression) =>
        OfExpression(expression).SelectMany(n => n is Expression e ? [e] : Children(n).OfType<Expression>());

    private static IEnumerable<SyntaxNode> Some(IEnumerable<SyntaxNode?> nodes) => nodes.OfType<SyntaxNode>();

    private static IEnumerable<SyntaxNode> OfExpression(Expression expression) => expression switch
    {
        ColumnReference column => column.Source is null ? (SyntaxNode[])[column.Name] : [column.Source, column.Name],
        UnaryExpression unary => [unary.Operand],
        BinaryExpression binary => [binary.Left, binary.Right],
        ComparisonExpression comparison => [comparison.Left, comparison.Right],
        LogicalExpression logical => logical.Operands,
        NotExpression not => [not.Operand],
        BetweenExpression between => [between.Operand, between.Lower, between.Upper],
        InExpression membership => [membership.Operand, .. membership.Values],
        LikeExpression like => [like.Operand, like.Pattern],
        IsNullExpression isNull => [isNull.Operand],
        CaseExpression @case => Some([@case.Operand, .. @case.Whens, @case.Else]),
        CastExpression cast => [cast.Operand, cast.Type],
        SubscriptExpression subscript => [subscript.Operand, subscript.Index],
        StructFieldExpression field => [field.Operand, field.Field],
        AtTimeZoneExpression zoned => [zoned.Operand],
        ArrayExpression array => array.Elements,
        MapExpression map => map.Entries,
        StructExpression @struct => @struct.Fields,
        FunctionCall call => (SyntaxNode[])[call.Name, .. call.Arguments],
        LambdaExpression lambda => [.. lambda.Parameters, lambda.Body],
        _ => [],
    };

    private static IEnumerable<SyntaxNode> OfType(TypeSyntax type) => type switch
    {
        NamedType named => [named.Name],
        ArrayType array => [array.Element],
        MapType map => [map.Key, map.Value],
        StructType @struct => @struct.Fields,
        _ => [],
    };

    private static IEnumerable<SyntaxNode> OfStatement(Statement statement) => statement switch
    {
        QueryStatement { Query: var query } => [query],
        CreateSource create => [create.Name, .. create.Elements, .. create.Properties],
        CreateAsSelect create => [create.Name, .. create.Properties, create.Query],
        InsertInto insert => [insert.Target, .. insert.Properties, insert.Query],
        InsertValues insert => [insert.Target, .. insert.Columns, .. insert.Values],
        DropSource drop => [drop.Name],
        AlterSource alter => [alter.Name, .. alter.Additions],
        CreateType create => [create.Name, create.Type],
        DropType drop => [drop.Name],
        CreateConnector create => [create.Name, .. create.Properties],
        DropConnector drop => [drop.Name],
        ControlQuery control => Some([control.QueryId]),
        Explain explain => Some([explain.Statement, explain.QueryId]),
        DescribeSource describe => [describe.Name],
        DescribeFunction describe => [describe.Name],
        DescribeConnector describe => [describe.Name],
        PrintTopic print => [print.Topic],
        DefineVariable define => [define.Name],
        UndefineVariable undefine => [undefine.Name],
        AssertTopic assert => Some([assert.Topic, .. assert.Properties, assert.Timeout]),
        AssertSchema assert => Some([assert.Subject, assert.Timeout]),
        _ => [],
    };
}
