using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Sandbox;

// Limits that the tree alone shows, before any name is looked up: what is bound afterwards is small.
internal static class SizeRules
{
    public static void Check(SyntaxNode root, SandboxLimits limits, DiagnosticBag diagnostics)
    {
        foreach (var node in SyntaxTree.DescendantsAndSelf(root))
        {
            switch (node)
            {
                case Identifier name when name.Text.Length > limits.NameLength:
                    diagnostics.Error("LimitExceeded", name.Span, $"A name has at most {limits.NameLength} characters.");
                    break;
                case Expression expression when expression.Height > limits.Nesting:
                    diagnostics.Error("LimitExceeded", expression.Span, $"Expressions are nested at most {limits.Nesting} levels.", "Split it into several columns or queries.");
                    return;
                case DecimalType type when type.Precision > limits.DecimalPrecision:
                    diagnostics.Error("LimitExceeded", type.Span, $"DECIMAL has at most {limits.DecimalPrecision} digits here.");
                    break;
                case DecimalLiteral literal when literal.Text.Length > limits.DecimalPrecision + 2:
                    diagnostics.Error("LimitExceeded", literal.Span, $"DECIMAL has at most {limits.DecimalPrecision} digits here.");
                    break;
                case CastExpression cast when Depth(cast.Type, limits.Nesting) > limits.Nesting:
                    diagnostics.Error("LimitExceeded", cast.Type.Span, $"Types are nested at most {limits.Nesting} levels.");
                    break;
                case LambdaExpression lambda when LambdaDepth(lambda) > limits.LambdaNesting:
                    diagnostics.Error("LimitExceeded", lambda.Span, $"Lambdas are nested at most {limits.LambdaNesting} levels.");
                    return;
            }

            if (diagnostics.IsFull)
            {
                return;
            }
        }
    }

    private static int Depth(TypeSyntax type, int enough) => enough < 0 ? 1 : 1 + SyntaxTree.Children(type)
        .Select(c => c is StructTypeField field ? field.Type : c)
        .OfType<TypeSyntax>()
        .Select(t => Depth(t, enough - 1))
        .DefaultIfEmpty()
        .Max();

    private static int LambdaDepth(SyntaxNode node) =>
        (node is LambdaExpression ? 1 : 0) + SyntaxTree.Children(node).Select(LambdaDepth).DefaultIfEmpty().Max();
}
