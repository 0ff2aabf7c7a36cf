using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Pioneer.Portal.Api;

/// <summary>What every address of the API has in common, in the OpenAPI document: the token, the problem, the headers; and how ids are written.</summary>
internal static class ApiDocument
{
    private const string Token = "token", Problem = "Problem", ProblemType = "application/problem+json";

    public static void Describe(OpenApiOptions options)
    {
        options.ShouldInclude = address => address.RelativePath?.StartsWith(ApiEndpoints.Root.TrimStart('/'), StringComparison.Ordinal) is true;
        options.AddDocumentTransformer(AddComponentsAsync);
        options.AddOperationTransformer(DescribeOperationAsync);
        options.AddSchemaTransformer(DescribeIdsAsync);
    }

    private static Task AddComponentsAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "Pioneer", Version = "v1", Description = "What pages can do, for programs." };
        document.AddComponent(Token, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token, issued under Settings.",
        });
        document.AddComponent(Problem, ProblemSchema());
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Token, document)] = [] }];
        return Task.CompletedTask;
    }

    private static Task DescribeOperationAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (context.Description.HttpMethod == "POST" && !metadata.OfType<ReadsOnly>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(Header(ApiIdempotency.Header, "Does the request once however often it is sent; a UUID."));
        }

        if (metadata.OfType<HonoursIfMatch>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(Header("If-Match", "The ETag of the state that the change was made from."));
        }

        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "Refused: code, reason and way out.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [ProblemType] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) },
            },
        };
        foreach (var (status, response) in operation.Responses.Where(pair => int.TryParse(pair.Key, CultureInfo.InvariantCulture, out _)))
        {
            if (response is OpenApiResponse { Description: null or "" } empty)
            {
                empty.Description = status;
            }
        }

        return Task.CompletedTask;
    }

    private static Task DescribeIdsAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (TypedIdJson.IsTypedId(type))
        {
            schema.Type = type == context.JsonTypeInfo.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "uuid";
            schema.Properties?.Clear();
            schema.Required?.Clear();
        }

        return Task.CompletedTask;
    }

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name, In = ParameterLocation.Header, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "title", "status", "code", "hint", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("A URN that ends with the code."),
            ["title"] = Text("The reason, for people."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
            ["detail"] = Text("Reason and way out together."),
            ["code"] = Text("The reason, for programs: stable."),
            ["hint"] = Text("The way out."),
            ["field"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "The input that it is about." },
            ["traceId"] = Text("Finds the line in the portal's log."),
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
