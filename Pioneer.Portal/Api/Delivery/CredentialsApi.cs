using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Jobs.Kafka;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Delivery;

/// <summary>SCRAM credentials of a tenant. The password is in the answer that makes it, and nowhere else.</summary>
internal static class CredentialsApi
{
    public static void MapCredentials(this RouteGroupBuilder api)
    {
        api.MapGet("/tenants/{slug}/credentials", async (string slug, CredentialQueries credentials, CurrentActor current, CancellationToken ct) =>
            (await credentials.ListAsync(current.Actor, slug, ct)).ToAnswer());

        api.MapPost("/tenants/{slug}/credentials",
            async (string slug, CredentialBody? body, ManageCredentials credentials, IOptions<KafkaOptions> kafka, CurrentActor current, CancellationToken ct) =>
                Issued(slug, await credentials.IssueAsync(current.Actor, slug, body?.Name, body?.ExpiresAt, ct), kafka.Value));

        api.MapPost("/tenants/{slug}/credentials/{id}:rotate",
            async (string slug, CredentialId id, ManageCredentials credentials, IOptions<KafkaOptions> kafka, CurrentActor current, CancellationToken ct) =>
                Issued(slug, await credentials.RotateAsync(current.Actor, slug, id, ct), kafka.Value));

        api.MapDelete("/tenants/{slug}/credentials/{id}",
            async (string slug, CredentialId id, ManageCredentials credentials, CurrentActor current, CancellationToken ct) =>
                (await credentials.RevokeAsync(current.Actor, slug, id, ct)).ToAccepted());
    }

    private static IResult Issued(string slug, Result<IssuedCredential> issued, KafkaOptions kafka) => issued.ToAnswer(credential => Results.Created(
        $"{ApiEndpoints.Root}/tenants/{slug}/credentials/{credential.Id}",
        new
        {
            id = credential.Id,
            principal = credential.Principal,
            password = credential.Password,
            mechanism = credential.Mechanism,
            bootstrapServers = kafka.BootstrapForTenants,
            operationId = credential.Operation,
        }));
}

/// <summary>Body of <c>POST .../credentials</c>.</summary>
internal sealed record CredentialBody(string? Name, DateTimeOffset? ExpiresAt);
