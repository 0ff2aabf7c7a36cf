using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// The type of lists that an author writes (IN, ARRAY[..], MAP(..)).
internal sealed partial class ExpressionBinder
{
    private SqlType? CommonType(IReadOnlyList<(BoundExpression Bound, Expression Syntax)> values, bool isCode)
    {
        var found = CommonTypes.Find(values);
        if (found.Problem is not { } problem)
        {
            return found.Type;
        }

        if (isCode)
        {
            CodeError(problem.Syntax, problem.Code, problem.Message);
        }
        else
        {
            Error(problem.Syntax, problem.Code, problem.Message, "All values need one type: CAST them.", problem.Detail);
        }

        return null;
    }
}
