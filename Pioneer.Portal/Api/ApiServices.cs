using System.Text.Json.Serialization;
using Pioneer.Portal.Api.Delivery;

namespace Pioneer.Portal.Api;

/// <summary>What the REST API needs.</summary>
public static class ApiServices
{
    /// <summary>JSON shapes and the OpenAPI document.</summary>
    public static void AddPioneerApi(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new TypedIdJson());
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(allowIntegerValues: false));
        });
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ApiExceptionHandler>();

        // so that the handler can say what cannot be read, instead of a bare 400
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1", ApiDocument.Describe);
        builder.Services.AddScoped<ApiAuthentication>();
        builder.Services.AddScoped<ApiIdempotency>();
        builder.Services.AddSingleton<StreamAccess>();
        builder.Services.AddSingleton<ApiLimits>();
        var limits = builder.Configuration.GetSection(ApiLimitOptions.Section);
        builder.Services.AddOptions<ApiLimitOptions>().Bind(limits)
            .Validate(options => !options.Validate().Any(), string.Join(' ', (limits.Get<ApiLimitOptions>() ?? new()).Validate()))
            .ValidateOnStart();
    }
}
