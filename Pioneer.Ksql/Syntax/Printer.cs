using System.Text;

namespace Pioneer.Ksql.Syntax;

// The parts follow the families of nodes. Levels are those of the parser: an operand that binds less than its place needs gets parentheses.
internal sealed partial class Printer(StringBuilder output)
{
    public void Node(SyntaxNode node)
    {
        switch (node)
        {
            case Statement statement:
                Statement(statement);
                break;
            case Query query:
                Query(query);
                break;
            case Expression expression:
                Expression(expression);
                break;
            case TypeSyntax type:
                Type(type);
                break;
            case Identifier name:
                Name(name);
                break;
            case SelectItem item:
                SelectItem(item);
                break;
            case SourceReference source:
                Source(source);
                break;
            case FromClause from:
                From(from);
                break;
            case ColumnDefinition column:
                Column(column);
                break;
            case WithProperty property:
                Property(property);
                break;
            case WindowClause window:
                Window(window);
                break;
            case DurationSyntax duration:
                Duration(duration);
                break;
            case ResourceName resource:
                Write(KsqlPrinter.PrintString(resource.Text));
                break;
            default:
                throw new ArgumentException($"{node.GetType().Name} has no text of its own.", nameof(node));
        }
    }

    private void Write(string text) => output.Append(text);

    private void Name(Identifier name) => Write(KsqlPrinter.PrintName(name.Text));

    private void String(string text) => Write(KsqlPrinter.PrintString(text));

    private void List<T>(SyntaxList<T> items, Action<T> print)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                Write(", ");
            }

            print(items[i]);
        }
    }

    private void Type(TypeSyntax type)
    {
        switch (type)
        {
            case DecimalType { Precision: var precision, Scale: var scale }:
                Write($"DECIMAL({precision}, {scale})");
                break;
            case ArrayType { Element: var element }:
                Write("ARRAY<");
                Type(element);
                Write(">");
                break;
            case MapType { Key: var key, Value: var value }:
                Write("MAP<");
                Type(key);
                Write(", ");
                Type(value);
                Write(">");
                break;
            case StructType { Fields: var fields }:
                Write("STRUCT<");
                List(fields, field =>
                {
                    Name(field.Name);
                    Write(" ");
                    Type(field.Type);
                });
                Write(">");
                break;
            case NamedType named:
                NamedType(named);
                break;
        }
    }

    // INTEGER, DATE and the like are keywords, but as types they read best without quotes.
    private void NamedType(NamedType type)
    {
        var keyword = Keywords.Find(type.Name.Text);
        if (keyword is Keyword.Integer or Keyword.Date or Keyword.Time or Keyword.Timestamp or Keyword.String)
        {
            Write(type.Name.Text);
        }
        else
        {
            Name(type.Name);
        }

        if (type.Parameters.Count > 0)
        {
            Write("(");
            List(type.Parameters, Write);
            Write(")");
        }
    }
}
